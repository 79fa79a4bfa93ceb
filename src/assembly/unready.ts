import type { DataRoot } from '../endpoint/local/layout/data-root.js';
import { statFilesystem } from '../endpoint/local/sys/filesystem.js';
import type { StateDatabase } from '../state/database.js';
import { keys } from '../state/keys.js';
import { escapePath } from '../util/escape.js';
import { stateLoss } from './state-watch.js';

/** Why the agent cannot do its work now, in one line; null when it can. */
export async function unready(
  database: StateDatabase,
  roots: readonly DataRoot[],
): Promise<string | null> {
  if ((await stateLoss(database)) !== null) {
    return 'the state directory is gone; see the log of the agent';
  }
  try {
    await database.get(keys.schema);
  } catch {
    return 'the state cannot be read; see the log of the agent';
  }
  for (const { path, fd } of roots) {
    try {
      if (statFilesystem(fd).readOnly) return `root ${escapePath(path)} is read-only`;
    } catch {
      return `root ${escapePath(path)} does not answer`;
    }
  }
  return null;
}
