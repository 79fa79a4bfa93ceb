import { DmError } from '../../model/error.js';
import { parseNumber } from '../../repository/number-object.js';
import { datasetOfKey, numberKey, RepositoryLayout } from '../../repository/object-layout.js';
import type { ObjectStore } from '../../repository/object-store.js';
import { getObject, keysBelow } from './get-object.js';

/**
 * Deletes the record of a dataset: with it the dataset is gone. Its packs stay, for other datasets may share them,
 * and so does its number, which is never given again. Errors: `not_found`; `store_refused` while a lock holds it.
 */
export async function deleteStoredDataset(
  number: number,
  { store }: { readonly store: ObjectStore },
  signal: AbortSignal,
): Promise<void> {
  const key = numberKey(number);
  const bytes = await getObject(store, key, signal);
  const record = bytes === null ? null : await recordOf(bytes, key, store, signal);
  if (record === null) {
    throw new DmError('not_found', `dataset ${number} is not in this object account (any more)`);
  }
  await store.delete([record], signal);
}

/** A backup that was interrupted when it had its number wrote its record under a later time than that says. */
async function recordOf(
  bytes: Uint8Array,
  key: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<string | null> {
  const numbered = parseNumber(Buffer.from(bytes).toString(), `number ${key}`);
  if ((await store.head(numbered.record, signal)) !== null) return numbered.record;
  const { datasets } = new RepositoryLayout(numbered.basePath);
  for await (const there of keysBelow(store, datasets, signal)) {
    if (datasetOfKey(there) === numbered.dataset) return there;
  }
  return null;
}
