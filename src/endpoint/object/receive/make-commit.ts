import type { PackId } from '../../../catalog/page-store.js';
import { DmError } from '../../../model/error.js';
import type { WorkerPool } from '../../../worker/pool.js';
import type { CommitRequest } from '../../target.js';
import type { Repository } from '../repository.js';
import { areKnownThere } from './known-packs.js';
import type { ObjectSession } from './session-record.js';
import {
  OBJECT_RECEIVE_TASKS,
  type ObjectCommitInput,
  type ObjectCommitResult,
  type ObjectTaskInput,
} from './task-input.js';
import { memoryOf, type UsablePacks } from './usable-packs.js';
import type { WorkDirectory } from './work-directory.js';

/**
 * Has the maps of the new dataset made, and makes sure that what they refer to is in the store. Errors: `target_changed` when
 * packs are gone since the session began, which is gone too then; `corrupt` when what lies in them could not be stored again.
 */
export async function makeCommit(
  { base }: ObjectSession,
  input: ObjectTaskInput,
  { failures, partial }: CommitRequest,
  usable: UsablePacks,
  modules: {
    readonly pool: WorkerPool;
    readonly repository: Repository;
    readonly work: WorkDirectory;
  },
  signal: AbortSignal,
): Promise<ObjectCommitResult> {
  const { pool, repository, work } = modules;
  const isPlain = repository.layout.plainTree !== null;
  const isKnown = isPlain || base === null || areKnownThere(work, base.record, usable.stored);
  const made = await pool.run<ObjectCommitInput, ObjectCommitResult>(
    OBJECT_RECEIVE_TASKS.commit,
    {
      ...input,
      usable: usable.data.memory,
      stored: isKnown ? null : memoryOf(usable.stored),
      failures: failures.map(({ gfid, code, message }) => ({ gfid, code, message })),
      partial,
    },
    {},
    signal,
  );
  if (made.lost.length === 0) return made;
  work.removeSession();
  throw lostPacks(made.lost, input);
}

function lostPacks(packs: readonly PackId[], { isBaseLacking }: ObjectTaskInput): DmError {
  const shown = `${packs.slice(0, 3).join(', ')}${packs.length > 3 ? ', ...' : ''}`;
  const what = `${packs.length} packs that the backup needs are gone from the store (${shown})`;
  return isBaseLacking
    ? new DmError(
        'corrupt',
        `${what}, and not all that lies in them could be stored again: repair the backup with \`dm object repair --account-id ACCOUNT --base-path PATH --from-account local\`, or from another account that has its datasets, and run it again`,
      )
    : new DmError(
        'target_changed',
        `${what}; what lies in them is stored again when it is run again`,
      );
}
