import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ioError } from '../../../catalog/io-error.js';
import { type PackId, parsePackId } from '../../../catalog/page-store.js';
import { DmError } from '../../../model/error.js';
import { checkIndexRun } from '../../../repository/index-run-writer.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { keysBelow } from '../get-object.js';
import type { Repository } from '../repository.js';
import { UploadQueue } from './upload-queue.js';
import { idsIn, type WorkDirectory } from './work-directory.js';

const PARALLEL = 4;

export interface LocalCopiesModules {
  readonly store: ObjectStore;
  readonly log: { warn(fields: object, message: string): void };
}

/** Makes the local page packs those of the repository, and `own`: only packs that are missing here are read. */
export async function fetchPages(
  repository: Repository,
  work: WorkDirectory,
  own: readonly PackId[],
  { store }: LocalCopiesModules,
  signal: AbortSignal,
): Promise<void> {
  const prefix = repository.layout.packs('pages');
  const there = await namesBelow(store, prefix, signal);
  const kept = new Set<PackId>([...there, ...own]);
  const here = new Set(idsIn(work.pages));
  for (const pack of here) if (!kept.has(pack)) rmSync(join(work.pages, pack));
  const fetches = new UploadQueue({ parallel: PARALLEL });
  for (const pack of there) {
    if (here.has(pack)) continue;
    await fetches.add(() => fetch(store, `${prefix}${pack}`, join(work.pages, pack), signal));
  }
  await fetches.settled();
}

/** Makes the local index runs those of the repository, without damaged ones: returns these. */
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
    if (here.has(run)) continue;
    const path = join(work.indexRuns, run);
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
  return damaged;
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

async function fetch(
  store: ObjectStore,
  key: string,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const temporary = `${path}.new`;
  try {
    await pipeline(store.get(key, null, signal), createWriteStream(temporary, { mode: 0o600 }), {
      signal,
    });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw ioError('cannot fetch', path, error);
  }
}
