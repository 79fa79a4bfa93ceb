import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ExternalSorter } from '../../../catalog/external-sorter.js';
import { IndexRunReader } from '../../../repository/index-run-reader.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { keysBelow } from '../get-object.js';
import { fetchIndex } from '../receive/local-copies.js';
import { idsIn, WorkDirectory } from '../receive/work-directory.js';
import type { Repository } from '../repository.js';

/** Looks at an index that others change meanwhile; then nothing is said. */
const TRIES = 3;
const REMEDY =
  'what is there is restored all the same, but backups store it again; `dm object repair` makes the index anew';

export interface CheckIndexModules {
  readonly repository: Repository;
  readonly store: ObjectStore;
  /** For copies of the runs; it is there. */
  readonly scratch: string;
}

/** Whether the index names every segment whose digest is a key in `digests`. Returns what is wrong with it, in words. */
export async function checkIndex(
  digests: ExternalSorter,
  modules: CheckIndexModules,
  signal: AbortSignal,
): Promise<string[]> {
  const { repository, store, scratch } = modules;
  const work = new WorkDirectory(join(scratch, 'index-check'));
  mkdirSync(work.indexRuns, { recursive: true, mode: 0o700 });
  try {
    let damaged: readonly string[] = [];
    for (let tries = 0; ; tries++) {
      const before = await runKeys(modules, signal);
      damaged = await fetchIndex(repository, work, { store }, signal);
      if (before === (await runKeys(modules, signal))) break;
      if (tries === TRIES) return [];
    }
    const problems = damaged.map((run) => `index run ${run} is damaged: ${REMEDY}`);
    const { missing, all } = await unnamed(digests, work, signal);
    if (missing > 0) {
      problems.push(`the index does not name ${missing} of ${all} segments: ${REMEDY}`);
    }
    return problems;
  } finally {
    rmSync(work.path, { recursive: true, force: true });
  }
}

async function unnamed(
  digests: ExternalSorter,
  work: WorkDirectory,
  signal: AbortSignal,
): Promise<{ missing: number; all: number }> {
  const runs: IndexRunReader[] = [];
  let missing = 0;
  let all = 0;
  try {
    for (const run of idsIn(work.indexRuns)) {
      runs.push(IndexRunReader.open(join(work.indexRuns, run), run));
    }
    for await (const batch of digests.sorted(signal)) {
      for (const { key } of batch) {
        all++;
        if (!runs.some((run) => run.find(key) !== null)) missing++;
      }
    }
    return { missing, all };
  } finally {
    for (const run of runs) run[Symbol.dispose]();
  }
}

async function runKeys(
  { repository, store }: CheckIndexModules,
  signal: AbortSignal,
): Promise<string> {
  const keys: string[] = [];
  for await (const key of keysBelow(store, repository.layout.indexRuns, signal)) keys.push(key);
  return keys.join('\n');
}
