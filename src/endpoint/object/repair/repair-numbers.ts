import { DmError } from '../../../model/error.js';
import { serialiseNumber } from '../../../repository/number-object.js';
import { numberKey } from '../../../repository/object-layout.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { ofOneOnly } from '../passed-over.js';
import type { LiveRecords } from '../prune/live-datasets.js';
import { readNumber } from '../read-number.js';

/** Puts the numbers of datasets again that are gone or cannot be read. Returns how many. */
export async function repairNumbers(
  records: LiveRecords,
  { store }: { readonly store: ObjectStore },
  signal: AbortSignal,
): Promise<number> {
  let repaired = 0;
  for (const [key, { number, basePath, tree, id }] of records) {
    const state = await stateOf(number, store, signal);
    if (state === 'whole') continue;
    const text = serialiseNumber({ basePath, tree, dataset: id, record: key });
    const ifAbsent = state === 'gone' && store.capabilities.conditionalPut;
    try {
      await store.put(numberKey(number), Buffer.from(text), { ifAbsent }, signal);
    } catch (error) {
      // A backup has been given the number meanwhile.
      if (!(error instanceof DmError) || error.code !== 'already_exists') throw error;
      continue;
    }
    repaired++;
  }
  return repaired;
}

async function stateOf(
  number: number,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<'whole' | 'gone' | 'damaged'> {
  try {
    return (await readNumber(store, number, signal)) === null ? 'gone' : 'whole';
  } catch (error) {
    const why: DmError = ofOneOnly(error);
    // A newer release may have written it.
    if (why.code !== 'corrupt') throw why;
    return 'damaged';
  }
}
