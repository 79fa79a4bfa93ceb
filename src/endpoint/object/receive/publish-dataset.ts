import { renameSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackId } from '../../../catalog/page-store.js';
import type { DatasetWarning } from '../../../model/dataset.js';
import { DmError } from '../../../model/error.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { recordObject } from '../../../repository/record-object.js';
import type { RecordSigner } from '../../../repository/record-signature.js';
import {
  type RepositoryRecord,
  serialiseRepositoryRecord,
} from '../../../repository/repository-record.js';
import { fileChunks } from '../../../util/file-chunks.js';
import { deleteRecord } from '../deletions.js';
import { newestDoomed } from '../doomed-lists.js';
import { lockOfNew } from '../lock/lock-period.js';
import { recordDigest } from '../newest-record.js';
import type { Repository } from '../repository.js';
import { readDataset } from '../repository-datasets.js';
import type { TrustModules } from '../require-trusted.js';
import type { StoredDataset } from '../stored-dataset.js';
import type { DatasetNumbers } from './give-number.js';
import { keepLocked, type StoredRun } from './keep-locked.js';
import { saveKnownPacks } from './known-packs.js';
import { isSameRecord, type ObjectSession, saveSession } from './session-record.js';
import type { ObjectCommitResult } from './task-input.js';
import { UploadQueue } from './upload-queue.js';
import type { UploadedPacks } from './uploaded-packs.js';
import type { UsablePacks } from './usable-packs.js';
import type { WorkDirectory } from './work-directory.js';

const PARALLEL = 4;

export interface PublishModules extends TrustModules {
  readonly repository: Repository;
  readonly store: ObjectStore;
  readonly work: WorkDirectory;
  readonly uploaded: UploadedPacks;
  /** Sent for plain objects. */
  readonly plainBytes: number;
  /** Data packs were gone that its base refers to. */
  readonly isBaseLacking: boolean;
  readonly numbers: DatasetNumbers;
  readonly signer: () => RecordSigner | null;
  readonly now: () => number;
  readonly log: { warn(fields: object, message: string): void };
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
  const keepMs = keepMsOf(session);
  const pagePacks = [...session.pagePacks, ...made.pagePacks];
  await uploadPages(pagePacks, keepMs, usable, modules, signal);
  const index = await uploadIndexRun(made.indexRun, keepMs, modules, signal);
  const committedAtMs = modules.now();
  const key = layout.dataset(committedAtMs, session.dataset.id);
  const { id: dataset, tree } = session.dataset;
  const { basePath } = session;
  const retainUntilMs = await lockOfNew(store, keepMs, signal);
  const numbered = { basePath, tree, dataset, record: key };
  const { numbers } = modules;
  const number =
    session.number === null
      ? await numbers.give(numbered, store, { retainUntilMs }, signal)
      : await numbers.renew(session.number, numbered, store, { retainUntilMs }, signal);
  const published = { key, doomed: usable.doomed, digest: null };
  const saved = { ...session, pagePacks, number, published };
  saveSession(work, saved);
  const expiresAtMs = keepMs === null ? null : committedAtMs + keepMs;
  const warnings = await keepLocked(
    {
      ...{ key, number, maps: made.maps, expiresAtMs },
      lockedUntilMs: retainUntilMs,
    },
    { pagePacks, index, basePath },
    usable,
    modules,
    signal,
  );
  if (modules.isBaseLacking) warnings.push({ path: basePath, code: 'packs_lost' });
  warnings.push(...unsigned({ basePath, committedAtMs }, modules));
  const record: RepositoryRecord = {
    ...made.dataset,
    number,
    state: made.state === 'COMPLETE_PARTIAL' ? 'COMPLETE_PARTIAL' : 'COMPLETE',
    basePath,
    subpaths: session.subpaths,
    maps: made.maps,
    warnings,
    committedAtMs,
    retention: session.retention,
    expiresAtMs,
    storedBytes: modules.uploaded.bytes + modules.plainBytes + index.bytes,
  };
  saveSession(work, { ...saved, published: { ...published, digest: recordDigest(record) } });
  await refuseChanges(session, usable, modules, signal);
  await putRecord(record, { key, keepMs }, modules, signal);
  try {
    await refuseChanges(session, usable, modules, signal);
  } catch (error) {
    await deleteRecord(key, { layout, store }, signal);
    throw error;
  }
  const stored = await readDataset(repository, key, { store }, signal);
  if (stored === null) throw changed('its record was removed');
  if (layout.plainTree === null) saveKnownPacks(work, stored.record, usable, pagePacks);
  return stored;
}

/** Where an unsigned backup would be refused it is made all the same, and says so. */
function unsigned(
  { basePath, committedAtMs }: Pick<RepositoryRecord, 'basePath' | 'committedAtMs'>,
  { repository, signer, recordRefusal, log }: PublishModules,
): DatasetWarning[] {
  if (signer() !== null || !recordRefusal?.(null, committedAtMs)) return [];
  log.warn(
    { repository: repository.layout.prefix },
    'no identity is valid, so that the backup is not signed, and agents with a CA will not trust it; install a new identity with `dm certificates identity create`',
  );
  return [{ path: basePath, code: 'not_signed' }];
}

async function putRecord(
  record: RepositoryRecord,
  { key, keepMs }: { key: string; keepMs: number | null },
  { repository, store, signer }: PublishModules,
  signal: AbortSignal,
): Promise<void> {
  const place = { repository: repository.format.repository, key };
  const modules = { keys: repository.keys, signer: signer() };
  const text = recordObject(serialiseRepositoryRecord(record), place, modules);
  const ifAbsent = store.capabilities.conditionalPut;
  const retainUntilMs = await lockOfNew(store, keepMs, signal);
  await store.put(key, Buffer.from(text), { ifAbsent, retainUntilMs }, signal);
}

async function uploadPages(
  packs: readonly PackId[],
  keepMs: number | null,
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
      const retainUntilMs = await lockOfNew(store, keepMs, signal);
      await store.put(repository.layout.pack('pages', pack), bytes, { retainUntilMs }, signal);
      uploaded.add(pack, { length: bytes.length, lockedUntilMs: retainUntilMs });
    });
  }
  await uploads.settled();
}

async function uploadIndexRun(
  run: PackId | null,
  keepMs: number | null,
  { repository, store, work }: PublishModules,
  signal: AbortSignal,
): Promise<StoredRun> {
  if (run === null) return { run, bytes: 0, lockedUntilMs: 0 };
  const path = join(work.session, run);
  const bytes = statSync(path).size;
  const retainUntilMs = await lockOfNew(store, keepMs, signal);
  const key = repository.layout.indexRun(run);
  await store.putStream(key, fileChunks(path), { retainUntilMs }, signal);
  renameSync(path, join(work.indexRuns, run));
  return { run, bytes, lockedUntilMs: retainUntilMs };
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

/** How long the dataset is to stay; null: for an unknown time. */
export function keepMsOf({ retention }: Pick<ObjectSession, 'retention'>): number | null {
  const { periodSeconds } = retention;
  return periodSeconds === null ? null : periodSeconds * 1000;
}
