import { type NumberedDataset, parseNumber } from '../../repository/number-object.js';
import { numberKey } from '../../repository/object-layout.js';
import type { ObjectStore } from '../../repository/object-store.js';
import { getObject } from './get-object.js';

/** What a number of an account names; null when it was never given, or has been dropped. */
export async function readNumber(
  store: ObjectStore,
  number: number,
  signal: AbortSignal,
): Promise<NumberedDataset | null> {
  const key = numberKey(number);
  const bytes = await getObject(store, key, signal);
  return bytes && parseNumber(bytes.toString(), `number ${key}`);
}
