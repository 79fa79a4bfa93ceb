import { renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ioError } from '../../../catalog/io-error.js';
import { type PackId, parsePackId } from '../../../catalog/page-store.js';
import { DmError } from '../../../model/error.js';
import { IndexRunReader } from '../../../repository/index-run-reader.js';
import { checkIndexRun } from '../../../repository/index-run-writer.js';
import { newObjectPackId, OBJECT_PACK_HEADER } from '../../../repository/object-pack-format.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { syncDirectory } from '../../../util/durable-file.js';
import { keysBelow } from '../get-object.js';
import type { Repository } from '../repository.js';
import { UploadQueue } from './upload-queue.js';
import { idsIn, type WorkDirectory } from './work-directory.js';

const PARALLEL = 4;

export interface LocalCopiesModules {
  readonly store: ObjectStore;
  readonly log: { warn(fields: object, message: string): void };
}

/**
 * Makes the local page packs those of the repository, and `own`, and with `keepAbsent` what else is here: only packs that are
 * missing here, or without any page, are read. Those that a prune deletes meanwhile are passed over: a dataset that is relied on needs none of them. When it ends, also
 * when it fails, nothing is fetched any more.
 */
export async function fetchPages(
  repository: Repository,
  work: WorkDirectory,
  { own, keepAbsent }: { readonly own: readonly PackId[]; readonly keepAbsent: boolean },
  { store }: Pick<LocalCopiesModules, 'store'>,
  signal: AbortSignal,
): Promise<void> {
  const prefix = repository.layout.packs('pages');
  const there = await namesBelow(store, prefix, signal);
  const kept = new Set<PackId>([...there, ...own]);
  const here = new Set(idsIn(work.pages));
  if (!keepAbsent) for (const pack of here) if (!kept.has(pack)) rmSync(join(work.pages, pack));
  const fetches = new UploadQueue({ parallel: PARALLEL });
  try {
    for (const pack of there) {
      const path = join(work.pages, pack);
      if (here.has(pack) && statSync(path).size > OBJECT_PACK_HEADER) continue;
      await fetches.add(() => fetchIfThere(store, `${prefix}${pack}`, path, signal));
    }
    await fetches.settled();
  } finally {
    await fetches.ended();
  }
  syncDirectory(work.pages);
}

/** Makes the local index runs those of the repository, without damaged ones: returns those that are damaged in the store. */
export async function fetchIndex(
  repository: Repository,
  work: WorkDirectory,
  { store }: Pick<LocalCopiesModules, 'store'>,
  signal: AbortSignal,
): Promise<PackId[]> {
  const damaged: PackId[] = [];
  const { layout, keys } = repository;
  const there = await namesBelow(store, layout.indexRuns, signal);
  const here = new Set(idsIn(work.indexRuns));
  for (const run of here) if (!there.includes(run)) rmSync(join(work.indexRuns, run));
  for (const run of there) {
    const path = join(work.indexRuns, run);
    if (here.has(run) && opens(path, run)) continue;
    try {
      await fetch(store, layout.indexRun(run), path, signal);
      checkIndexRun(path, run, keys);
    } catch (error) {
      rmSync(path, { force: true });
      const isDamaged = error instanceof DmError && ['corrupt', 'not_found'].includes(error.code);
      if (!isDamaged) throw error;
      if (error.code === 'corrupt') damaged.push(run);
    }
  }
  syncDirectory(work.indexRuns);
  return damaged;
}

/** Whether a local copy is an index run as far as its beginning and its length tell. */
function opens(path: string, run: PackId): boolean {
  try {
    using _run = IndexRunReader.open(path, run);
    return true;
  } catch (error) {
    if (error instanceof DmError && error.code === 'corrupt') return false;
    throw error;
  }
}

async function namesBelow(
  store: ObjectStore,
  prefix: string,
  signal: AbortSignal,
): Promise<PackId[]> {
  const names: PackId[] = [];
  for await (const key of keysBelow(store, prefix, signal)) {
    const name = key.slice(prefix.length);
    if (/^[0-9a-f]{32}$/.test(name)) names.push(parsePackId(name));
  }
  return names;
}

async function fetchIfThere(...given: Parameters<typeof fetch>): Promise<void> {
  try {
    await fetch(...given);
  } catch (error) {
    if (!(error instanceof DmError) || error.code !== 'not_found') throw error;
  }
}

/** Flushed before it has its name: what is there is not looked at again. */
async function fetch(
  store: ObjectStore,
  key: string,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  // What another fetch of it may have left is not this one's.
  const temporary = `${path}.${newObjectPackId()}.new`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      for await (const chunk of store.get(key, null, signal)) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw ioError('cannot fetch', path, error);
  }
}
