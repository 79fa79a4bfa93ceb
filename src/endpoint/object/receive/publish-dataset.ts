import { createReadStream, renameSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackId } from '../../../catalog/page-store.js';
import { DmError } from '../../../model/error.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { recordObject } from '../../../repository/record-object.js';
import type { RecordSigner } from '../../../repository/record-signature.js';
import {
  type RepositoryRecord,
  serialiseRepositoryRecord,
} from '../../../repository/repository-record.js';
import { newestDoomed } from '../doomed-lists.js';
import type { Repository } from '../repository.js';
import { readDataset, type StoredDataset } from '../repository-datasets.js';
import type { DatasetNumbers } from './give-number.js';
import { isSameRecord, type ObjectSession, saveSession } from './session-record.js';
import type { ObjectCommitResult } from './task-input.js';
import { UploadQueue } from './upload-queue.js';
import type { UploadedPacks } from './uploaded-packs.js';
import type { UsablePacks } from './usable-packs.js';
import type { WorkDirectory } from './work-directory.js';

const PARALLEL = 4;

export interface PublishModules {
  readonly repository: Repository;
  readonly store: ObjectStore;
  readonly work: WorkDirectory;
  readonly uploaded: UploadedPacks;
  /** Sent for plain objects. */
  readonly plainBytes: number;
  readonly numbers: DatasetNumbers;
  readonly signer: () => RecordSigner | null;
  readonly now: () => number;
}

/**
 * Brings what a session made into the store, the record last: with it the dataset is whole. `usable` is what the
 * maps were checked against. Errors: `target_changed` (transient) when a prune or an expiry came between; the
 * session goes on then when it is run again, or is gone with what it rested on.
 */
export async function publishDataset(
  session: ObjectSession,
  made: ObjectCommitResult,
  usable: UsablePacks,
  modules: PublishModules,
  signal: AbortSignal,
): Promise<StoredDataset> {
  const { repository, store, work } = modules;
  const { layout } = repository;
  const pagePacks = [...session.pagePacks, ...made.pagePacks];
  await uploadPages(pagePacks, usable, modules, signal);
  const indexBytes = await uploadIndexRun(made.indexRun, modules, signal);
  const committedAtMs = modules.now();
  const key = layout.dataset(committedAtMs, session.dataset.id);
  const { id: dataset, tree } = session.dataset;
  const { basePath } = session;
  const number =
    session.number ??
    (await modules.numbers.give({ basePath, tree, dataset, record: key }, store, signal));
  const published = { key, doomed: usable.doomed };
  saveSession(work, { ...session, pagePacks, number, published });
  const record: RepositoryRecord = {
    ...made.dataset,
    number,
    state: made.state === 'COMPLETE_PARTIAL' ? 'COMPLETE_PARTIAL' : 'COMPLETE',
    basePath,
    subpaths: session.subpaths,
    maps: made.maps,
    warnings: [],
    committedAtMs,
    retention: session.retention,
    expiresAtMs: expiryOf(session, committedAtMs),
    storedBytes: modules.uploaded.bytes + modules.plainBytes + indexBytes,
  };
  await refuseChanges(session, usable, modules, signal);
  await putRecord(record, key, modules, signal);
  try {
    await refuseChanges(session, usable, modules, signal);
  } catch (error) {
    await store.delete([key], signal);
    throw error;
  }
  const stored = await readDataset(repository, key, { store }, signal);
  if (stored === null) throw changed('its record was removed');
  return stored;
}

async function putRecord(
  record: RepositoryRecord,
  key: string,
  { repository, store, signer }: PublishModules,
  signal: AbortSignal,
): Promise<void> {
  const place = { repository: repository.format.repository, key };
  const modules = { keys: repository.keys, signer: signer() };
  const text = recordObject(serialiseRepositoryRecord(record), place, modules);
  const ifAbsent = store.capabilities.conditionalPut;
  await store.put(key, Buffer.from(text), { ifAbsent }, signal);
}

async function uploadPages(
  packs: readonly PackId[],
  usable: UsablePacks,
  { repository, store, work, uploaded }: PublishModules,
  signal: AbortSignal,
): Promise<void> {
  const uploads = new UploadQueue({ parallel: PARALLEL });
  for (const pack of packs) {
    if (uploaded.has(pack)) {
      if (usable.pages.has(pack)) continue;
      work.removeSession();
      throw changed('a prune took pages of it for leftovers');
    }
    await uploads.add(async () => {
      const bytes = await readFile(join(work.pages, pack));
      await store.put(repository.layout.pack('pages', pack), bytes, {}, signal);
      uploaded.add(pack, bytes.length);
    });
  }
  await uploads.settled();
}

/** Returns its bytes; 0 when there is none. */
async function uploadIndexRun(
  run: PackId | null,
  { repository, store, work }: PublishModules,
  signal: AbortSignal,
): Promise<number> {
  if (run === null) return 0;
  const path = join(work.session, run);
  const stream = createReadStream(path, { highWaterMark: 1024 * 1024 });
  await store.putStream(repository.layout.indexRun(run), stream, {}, signal);
  renameSync(path, join(work.indexRuns, run));
  return stream.bytesRead;
}

/** What the new dataset rests on must still be as it was, and no prune may have chosen what to delete meanwhile. */
async function refuseChanges(
  { base }: ObjectSession,
  usable: UsablePacks,
  { repository, store }: PublishModules,
  signal: AbortSignal,
): Promise<void> {
  if (base !== null) {
    const now = await readDataset(repository, base.key, { store }, signal);
    if (now === null || !isSameRecord(now.record, base.record)) {
      throw changed(
        `the dataset that it is an increment of was ${now === null ? 'deleted' : 'packed anew'}`,
      );
    }
  }
  if ((await newestDoomed(repository, store, signal)) !== usable.doomed) {
    throw changed('a prune chose what to delete');
  }
}

function changed(what: string): DmError {
  return new DmError(
    'target_changed',
    `the backup could not be finished, because ${what} meanwhile; it goes on when it is run again`,
  );
}

function expiryOf({ retention }: ObjectSession, committedAtMs: number): number | null {
  const { periodSeconds } = retention;
  return periodSeconds === null ? null : committedAtMs + periodSeconds * 1000;
}
