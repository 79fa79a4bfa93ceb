import { type NumberedDataset, parseNumber } from '../../../repository/number-object.js';
import { NUMBERS_PREFIX, numberOfKey } from '../../../repository/object-layout.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { lookAhead } from '../../../util/look-ahead.js';
import { getObject } from '../get-object.js';

const READS_AHEAD = 8;

export interface StoredNumber extends NumberedDataset {
  readonly key: string;
  readonly modifiedAtMs: number;
}

/** The numbers of one store, each read once for all repositories that are pruned together. */
export class NumberReads {
  readonly #read = new Map<string, NumberedDataset>();

  /** Ascending. Those that vanish meanwhile are passed over. */
  async *list(store: ObjectStore, signal: AbortSignal): AsyncGenerator<StoredNumber, void> {
    async function* listed() {
      for await (const page of store.list(NUMBERS_PREFIX, {}, signal)) yield* page;
    }
    const numbers = lookAhead(listed(), READS_AHEAD, async ({ key, modifiedAtMs }) => {
      const numbered = numberOfKey(key) === null ? null : await this.#get(key, store, signal);
      return numbered && { ...numbered, key, modifiedAtMs };
    });
    for await (const number of numbers) if (number !== null) yield number;
  }

  async #get(
    key: string,
    store: ObjectStore,
    signal: AbortSignal,
  ): Promise<NumberedDataset | null> {
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const bytes = await getObject(store, key, signal);
    if (bytes === null) return null;
    const numbered = parseNumber(bytes.toString(), `number ${key}`);
    this.#read.set(key, numbered);
    return numbered;
  }
}
