import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PackId } from '../../../catalog/page-store.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { fileChunks } from '../../../util/file-chunks.js';
import type { WorkerPool } from '../../../worker/pool.js';
import type { Repository } from '../repository.js';
import { type MergeIndexInput, OBJECT_RECEIVE_TASKS } from './task-input.js';
import { idsIn, type WorkDirectory } from './work-directory.js';

/** Every look-up asks each run: more than these are too many. */
const MOST_RUNS = 16;
/** What a merge leaves: the larger ones stay as they are, so that an entry is seldom written again. */
const RUNS_LEFT = 8;

export interface MergeIndexModules {
  readonly repository: Repository;
  readonly store: ObjectStore;
  readonly work: WorkDirectory;
  readonly pool: WorkerPool;
}

/** Makes one index run of the smallest ones when there are too many; their local copies are those of the store. */
export async function mergeIndex(modules: MergeIndexModules, signal: AbortSignal): Promise<void> {
  const { repository, store, work, pool } = modules;
  const { layout, format, master } = repository;
  const runs = smallestRuns(work);
  if (runs.length === 0) return;
  const merged = await pool.run<MergeIndexInput, PackId>(
    OBJECT_RECEIVE_TASKS.mergeIndex,
    { work: work.path, repository: format.repository, master, runs },
    {},
    signal,
  );
  const path = join(work.indexRuns, merged);
  await store.putStream(layout.indexRun(merged), fileChunks(path), {}, signal);
  await store.delete(
    runs.map((run) => layout.indexRun(run)),
    signal,
  );
  for (const run of runs) rmSync(join(work.indexRuns, run), { force: true });
}

/** Those to be merged; none while there are few. */
function smallestRuns(work: WorkDirectory): PackId[] {
  const runs = idsIn(work.indexRuns);
  if (runs.length <= MOST_RUNS) return [];
  const sizes = new Map(runs.map((run) => [run, statSync(join(work.indexRuns, run)).size]));
  runs.sort((a, b) => (sizes.get(a) ?? 0) - (sizes.get(b) ?? 0));
  return runs.slice(0, runs.length - RUNS_LEFT + 1);
}
