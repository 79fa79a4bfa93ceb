import { DmError } from '../../model/error.js';
import { parseNumber } from '../../repository/number-object.js';
import { numberKey } from '../../repository/object-layout.js';
import type { ObjectStore } from '../../repository/object-store.js';
import { getObject } from './get-object.js';

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
  const record = bytes === null ? null : parseNumber(bytes.toString(), `number ${key}`).record;
  if (record === null || (await store.head(record, signal)) === null) {
    throw new DmError('not_found', `dataset ${number} is not in this object account (any more)`);
  }
  await store.delete([record], signal);
}
