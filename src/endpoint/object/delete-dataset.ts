import { DmError } from '../../model/error.js';
import type { NumberedDataset } from '../../repository/number-object.js';
import { datasetOfKey, RepositoryLayout } from '../../repository/object-layout.js';
import type { ObjectStore } from '../../repository/object-store.js';
import { plainTree } from '../../repository/plain-path.js';
import type { ReceiveSessions } from '../receive/receive-sessions.js';
import { deletePlainObjects } from './delete-plain.js';
import { deleteRecord } from './deletions.js';
import { keysBelow } from './get-object.js';
import { readNumber } from './read-number.js';
import { sessionPath } from './session-path.js';

export interface DeleteModules {
  readonly store: ObjectStore;
  /** Of the account: no copy begins or is committed at a place whose plain objects are being deleted. */
  readonly sessions: Pick<ReceiveSessions, 'exclusively'>;
}

/**
 * Deletes the record of a dataset: with it the dataset is gone. Its packs stay, for other datasets may share them, and so does its
 * number, which is never given again. Plain objects are its own, and go before it. Errors: `not_found`; `store_refused` while a
 * lock holds it.
 */
export async function deleteStoredDataset(
  number: number,
  { store, sessions }: DeleteModules,
  signal: AbortSignal,
): Promise<void> {
  const numbered = await readNumber(store, number, signal);
  const record = numbered && (await recordOf(numbered, store, signal));
  if (numbered === null || record === null) {
    throw new DmError('not_found', `dataset ${number} is not in this object account (any more)`);
  }
  const { basePath } = numbered;
  await sessions.exclusively(sessionPath(basePath), async () => {
    if (plainTree(basePath) !== null) await deletePlainObjects(basePath, record, { store }, signal);
    await deleteRecord(record, { layout: new RepositoryLayout(basePath), store }, signal);
  });
}

/** A backup that was interrupted when it had its number wrote its record under a later time than that says. */
async function recordOf(
  numbered: NumberedDataset,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<string | null> {
  if ((await store.head(numbered.record, signal)) !== null) return numbered.record;
  const { datasets } = new RepositoryLayout(numbered.basePath);
  for await (const there of keysBelow(store, datasets, signal)) {
    if (datasetOfKey(there) === numbered.dataset) return there;
  }
  return null;
}
