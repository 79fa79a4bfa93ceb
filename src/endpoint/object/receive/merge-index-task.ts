import { join } from 'node:path';
import type { PackId } from '../../../catalog/page-store.js';
import { IndexRunReader } from '../../../repository/index-run-reader.js';
import { IndexRunWriter } from '../../../repository/index-run-writer.js';
import { mergeRuns } from '../../../repository/merge-runs.js';
import { newObjectPackId } from '../../../repository/object-pack-format.js';
import { RepositoryKeys } from '../../../repository/repository-keys.js';
import type { Task } from '../../../worker/task.js';
import type { MergeIndexInput } from './task-input.js';
import { WorkDirectory } from './work-directory.js';

/** Entries between two looks at the signal. */
const STEP = 100_000;

/** Writes the local copy of a run that holds what several hold. */
export const mergeIndexTask: Task<MergeIndexInput, PackId> = async (input, { signal }) => {
  const work = new WorkDirectory(input.work);
  const keys = new RepositoryKeys(input.repository, input.master);
  const id = newObjectPackId();
  const open: IndexRunReader[] = [];
  try {
    for (const run of input.runs) open.push(IndexRunReader.open(join(work.indexRuns, run), run));
    using writer = new IndexRunWriter({ path: join(work.indexRuns, id), id }, { keys });
    for (const { digest, location } of mergeRuns(open.map((run) => run.entries()))) {
      if (writer.count % STEP === 0) signal.throwIfAborted();
      writer.add(digest, location);
    }
    writer.finish();
    return id;
  } finally {
    for (const run of open) run[Symbol.dispose]();
  }
};
