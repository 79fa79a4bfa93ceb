import type { DmError } from '../../../model/error.js';
import type { NumberedDataset } from '../../../repository/number-object.js';
import { NUMBERS_PREFIX, numberOfKey } from '../../../repository/object-layout.js';
import { objectPath } from '../../../repository/object-path.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { lookAhead } from '../../../util/look-ahead.js';
import { ofOneOnly } from '../passed-over.js';
import { readNumber } from '../read-number.js';

const READS_AHEAD = 8;

export interface StoredNumber extends NumberedDataset {
  readonly key: string;
  readonly modifiedAtMs: number;
}

/** The numbers of one store, each read once for all repositories that are pruned together. */
export class NumberReads {
  readonly #read = new Map<number, NumberedDataset>();
  readonly #damaged = new Set<number>();

  /** Ascending. Those that vanish meanwhile, and those that cannot be read, are passed over. */
  async *list(store: ObjectStore, signal: AbortSignal): AsyncGenerator<StoredNumber, void> {
    async function* listed() {
      for await (const page of store.list(NUMBERS_PREFIX, {}, signal)) yield* page;
    }
    const numbers = lookAhead(listed(), READS_AHEAD, async ({ key, modifiedAtMs }) => {
      const number = numberOfKey(key);
      const numbered = number === null ? null : await this.#get(number, store, signal);
      return numbered && { ...numbered, key, modifiedAtMs };
    });
    for await (const number of numbers) if (number !== null) yield number;
  }

  /** Those of all that are listed, each once, in no order. */
  async basePaths(store: ObjectStore, signal: AbortSignal): Promise<Uint8Array[]> {
    const found = new Map<string, Uint8Array>();
    for await (const { basePath } of this.list(store, signal)) {
      found.set(objectPath(basePath).toString('latin1'), basePath);
    }
    return [...found.values()];
  }

  /** Why those that were passed over cannot be read, if that is still so. */
  async damaged(store: ObjectStore, signal: AbortSignal): Promise<DmError[]> {
    const errors: DmError[] = [];
    for (const number of this.#damaged) {
      try {
        await readNumber(store, number, signal);
      } catch (error) {
        errors.push(ofOneOnly(error));
      }
    }
    return errors;
  }

  async #get(
    number: number,
    store: ObjectStore,
    signal: AbortSignal,
  ): Promise<NumberedDataset | null> {
    const known = this.#read.get(number);
    if (known !== undefined) return known;
    try {
      const numbered = await readNumber(store, number, signal);
      if (numbered !== null) this.#read.set(number, numbered);
      return numbered;
    } catch (error) {
      ofOneOnly(error);
      this.#damaged.add(number);
      return null;
    }
  }
}
