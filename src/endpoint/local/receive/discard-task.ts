import type { Task } from '../../../worker/task.js';
import { TreeDirectory } from '../layout/tree-directory.js';
import type { DiscardInput } from './receive-input.js';
import { removeSession } from './staging-area.js';

/** Deletes what was staged: a million files take long, and the agent has others to serve meanwhile. */
export const discardTask: Task<DiscardInput, null> = async ({ treesPath, localTree, session }) => {
  removeSession(new TreeDirectory(treesPath, localTree), session);
  return null;
};
