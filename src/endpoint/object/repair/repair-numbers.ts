import type { DmError } from '../../../model/error.js';
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
    if (!(await isLost(number, store, signal))) continue;
    const text = serialiseNumber({ basePath, tree, dataset: id, record: key });
    await store.put(numberKey(number), Buffer.from(text), {}, signal);
    repaired++;
  }
  return repaired;
}

async function isLost(number: number, store: ObjectStore, signal: AbortSignal): Promise<boolean> {
  try {
    return (await readNumber(store, number, signal)) === null;
  } catch (error) {
    const why: DmError = ofOneOnly(error);
    // A newer release may have written it.
    if (why.code !== 'corrupt') throw why;
    return true;
  }
}
