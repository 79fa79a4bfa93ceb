import { DmError } from '../../../model/error.js';
import type { WorkerPool } from '../../../worker/pool.js';
import type { DeleteInput, DeleteResult } from '../capture/delete-task.js';
import type { DataRoot } from '../layout/data-root.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { LOCAL_TASKS } from '../local-tasks.js';

/**
 * Removes what discarded sessions of a tree have put into the version store, unless one is left: so copies that are begun
 * again and again take no more room than one. To be called with the tree for oneself. Where that cannot be read any more
 * it stays, for it must not keep copies from coming.
 */
export async function clearDiscarded(
  { root, directory }: { readonly root: DataRoot; readonly directory: TreeDirectory },
  {
    pool,
    log,
  }: { readonly pool: WorkerPool; readonly log?: { warn(fields: object, message: string): void } },
  signal: AbortSignal,
): Promise<void> {
  try {
    if (!directory.deleting().some(({ state }) => state === 'INPROGRESS')) return;
    const input = { root: root.path, localTree: directory.id, id: null };
    await pool.run<DeleteInput, DeleteResult>(LOCAL_TASKS.delete, input, {}, signal);
  } catch (error) {
    if (!(error instanceof DmError) || error.code !== 'corrupt') throw error;
    const text = 'what an unfinished copy has left cannot be removed';
    log?.warn({ tree: directory.id, reason: error.message }, text);
  }
}
