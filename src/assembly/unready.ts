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
  for (const root of roots) {
    const shown = escapePath(root.path);
    try {
      if (!root.isInPlace()) return `root ${shown} was moved, unmounted or mounted over`;
      if (statFilesystem(root.fd).readOnly) return `root ${shown} is read-only`;
    } catch {
      return `root ${shown} does not answer`;
    }
  }
  return null;
}
