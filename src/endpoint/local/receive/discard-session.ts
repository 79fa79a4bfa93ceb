import { dirname } from 'node:path';
import { asDmError, DmError } from '../../../model/error.js';
import type { ErrorCode } from '../../../model/error-codes.js';
import type { WorkerPool } from '../../../worker/pool.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { type DiscardInput, RECEIVE_TASKS } from './receive-input.js';
import { loadSession, type SessionRecord } from './session-record.js';

const FULL: ReadonlySet<ErrorCode> = new Set(['no_space', 'quota_exceeded']);

export interface DiscardModules {
  readonly pool: Pick<WorkerPool, 'run'>;
}

/**
 * Takes away a session that came to nothing before its flip, or that has ended. What the former has put into the version
 * store is noted as the contents of a dataset that is being deleted: `clearDiscarded`, or the next deletion in the tree,
 * removes those that no dataset has. Goes through once it has begun. To be called with the tree for oneself.
 */
export async function discardSession(
  directory: TreeDirectory,
  session: string,
  { pool }: DiscardModules,
): Promise<void> {
  const record = loadOrNull(directory, session);
  if (record !== null && keptVersions(record)) {
    try {
      directory.noteUnfinished(record.draft);
    } catch (error) {
      // Room comes first: what is staged is much, and can go without.
      if (!FULL.has(asDmError(error, 'noting what a copy has left').code)) throw error;
    }
  }
  const { signal } = new AbortController();
  const input = { treesPath: dirname(directory.path), localTree: directory.id, session };
  await pool.run<DiscardInput, null>(RECEIVE_TASKS.discard, input, {}, signal);
}

/** Null also for a damaged one: its staging goes all the same. */
function loadOrNull(directory: TreeDirectory, session: string): SessionRecord | null {
  try {
    return loadSession(directory, session);
  } catch (error) {
    if (error instanceof DmError && error.code === 'corrupt') return null;
    throw error;
  }
}

/** One that is further has become its dataset, and was cleared away too late. */
function keptVersions({ createDataset, draft, phase }: SessionRecord): boolean {
  return createDataset && draft.provider === 'clone' && phase === 'content';
}
