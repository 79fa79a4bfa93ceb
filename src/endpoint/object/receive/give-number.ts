import { DmError } from '../../../model/error.js';
import { type NumberedDataset, serialiseNumber } from '../../../repository/number-object.js';
import { NUMBERS_PREFIX, numberKey, numberOfKey } from '../../../repository/object-layout.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { getObject, keysBelow } from '../get-object.js';

/** Numbers of one account: remembers where the last one stood, so that only what is new is listed. */
export class DatasetNumbers {
  #last = 0;

  /** Gives the next number of the account to a dataset. Two writers never get the same one where the store has conditional puts. */
  async give(
    numbered: NumberedDataset,
    store: ObjectStore,
    options: { readonly retainUntilMs?: number },
    signal: AbortSignal,
  ): Promise<number> {
    const after = this.#last === 0 ? {} : { after: numberKey(this.#last) };
    for await (const key of keysBelow(store, NUMBERS_PREFIX, signal, after)) {
      this.#last = Math.max(this.#last, numberOfKey(key) ?? 0);
    }
    const text = Buffer.from(serialiseNumber(numbered));
    const ifAbsent = store.capabilities.conditionalPut;
    for (;;) {
      const number = ++this.#last;
      const key = numberKey(number);
      if (!ifAbsent && (await getObject(store, key, signal)) !== null) continue;
      try {
        await store.put(key, text, { ...options, ifAbsent }, signal);
        return number;
      } catch (error) {
        if (!(error instanceof DmError) || error.code !== 'already_exists') throw error;
      }
    }
  }

  /** Lets a number that its dataset has already name the record that is to be put now. */
  async renew(
    number: number,
    numbered: NumberedDataset,
    store: ObjectStore,
    options: { readonly retainUntilMs?: number },
    signal: AbortSignal,
  ): Promise<number> {
    await store.put(numberKey(number), Buffer.from(serialiseNumber(numbered)), options, signal);
    return number;
  }
}
