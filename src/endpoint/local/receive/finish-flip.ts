import type { WorkerPool } from '../../../worker/pool.js';
import type { TargetProgress } from '../../target.js';
import type { DataRoot } from '../layout/data-root.js';
import type { LocalTree } from '../layout/local-tree.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { close, openSelf } from '../sys/open.js';
import { placeOf } from '../tree-place.js';
import type { CommitInput, CommitOutcome } from './commit-session.js';
import { RECEIVE_TASKS } from './receive-input.js';
import { flipHasBegun, loadSession } from './session-record.js';

/** Finishes the flip of a tree that was interrupted. */
export async function finishFlip(
  options: { root: DataRoot; directory: TreeDirectory; tree: LocalTree; nowMs: number },
  { pool }: { pool: WorkerPool },
  signal: AbortSignal,
): Promise<void> {
  const { root, directory, tree, nowMs } = options;
  const session = tree.flip?.session ?? '';
  const record = loadSession(directory, session);
  if (record === null || !flipHasBegun(record.phase)) {
    // Stopped between its announcement and its first step.
    directory.save({ ...tree, flip: null });
    return;
  }
  const syncFd = openSelf(root.fd);
  try {
    await pool.run<CommitInput, CommitOutcome, TargetProgress>(
      RECEIVE_TASKS.commit,
      { place: placeOf(root, tree), session, syncFd, nowMs, failures: [], partial: 'allow' },
      {},
      signal,
    );
  } finally {
    close(syncFd);
  }
}
