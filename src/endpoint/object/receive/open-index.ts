import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { asDmError } from '../../../model/error.js';
import { rebuildIndex } from '../references/rebuild-index.js';
import type { Repository } from '../repository.js';
import { fetchIndex, type LocalCopiesModules } from './local-copies.js';
import { idsIn, type WorkDirectory } from './work-directory.js';

/**
 * Makes the local index that of the repository; one that is lost or damaged is made again from the datasets, in the store
 * too. When that fails the backup goes on without: it only stores more.
 */
export async function openIndex(
  repository: Repository,
  work: WorkDirectory,
  options: { readonly hasSegments: boolean },
  modules: LocalCopiesModules,
  signal: AbortSignal,
): Promise<void> {
  const damaged = await fetchIndex(repository, work, modules, signal);
  const isLost = options.hasSegments && idsIn(work.indexRuns).length === 0;
  if (damaged.length === 0 && !isLost) return;
  const { store, log } = modules;
  const { layout } = repository;
  const what = { repository: layout.prefix, damaged };
  try {
    const take = ({ id, path }: { id: string; path: string }): void =>
      renameSync(path, join(work.indexRuns, id));
    await rebuildIndex({ directory: work.rebuild }, { repository, store }, take, signal);
    await store.delete(
      damaged.map((run) => layout.indexRun(run)),
      signal,
    );
    log.warn(
      what,
      'the index of a backup was lost or damaged, and was made again from its datasets',
    );
  } catch (error) {
    signal.throwIfAborted();
    const { message } = asDmError(error, 'making the index again');
    log.warn(
      { ...what, reason: message },
      'the index of a backup is lost or damaged, and could not be made again: more is stored than need be',
    );
  }
}
