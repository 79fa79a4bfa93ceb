import type { DmError } from '../../model/error.js';
import { NUMBERS_PREFIX, numberKey, numberOfKey } from '../../repository/object-layout.js';
import { objectPath } from '../../repository/object-path.js';
import type { ObjectStore } from '../../repository/object-store.js';
import { lookAhead } from '../../util/look-ahead.js';
import { keysBelow } from './get-object.js';
import { ofOneOnly } from './passed-over.js';
import { readNumber } from './read-number.js';

/** Before the last number that is known, so many are listed again: one that a writer had to give up may be free once more. */
const LISTED_AGAIN = 100;
const READS_AHEAD = 8;

/**
 * The base paths of one store, which stand in the numbers of its datasets. A number keeps its base path for ever and is read
 * once, so that asking again costs what is new.
 */
export class BasePaths {
  readonly #found = new Map<string, Uint8Array>();
  /** Numbers that were read, as far back as they are listed. */
  #read = new Set<number>();
  #last = 0;
  /** Numbers that could not be read, and why: they may have been mended when it is asked again. */
  #damaged = new Map<number, DmError>();

  /** Those that hold datasets, or held or will hold some, in no order; and why there may be more. */
  async list(
    store: ObjectStore,
    signal: AbortSignal,
  ): Promise<{ readonly paths: Uint8Array[]; readonly damaged: readonly DmError[] }> {
    // The newest number is never deleted. Without the last one known, a prune came after newer ones, or this is another store.
    if (!(await this.#readNew(store, signal))) {
      this.#forget();
      await this.#readNew(store, signal);
    }
    // They were read side by side: told in their order, whichever came first.
    const damaged = [...this.#damaged].sort(([one], [other]) => one - other);
    return { paths: [...this.#found.values()], damaged: damaged.map(([, error]) => error) };
  }

  /** False when the last number that was known is gone. */
  async #readNew(store: ObjectStore, signal: AbortSignal): Promise<boolean> {
    const known = this.#last;
    const from = Math.max(0, known - LISTED_AGAIN);
    let isKnownThere = known === 0;
    const read = this.#read;
    const damaged = [...this.#damaged.keys()].filter((number) => number <= from);
    this.#damaged.clear();
    async function* unread(): AsyncGenerator<number, void> {
      yield* damaged;
      const after = from === 0 ? {} : { after: numberKey(from) };
      for await (const key of keysBelow(store, NUMBERS_PREFIX, signal, after)) {
        const number = numberOfKey(key);
        if (number === null) continue;
        if (number === known) isKnownThere = true;
        if (!read.has(number)) yield number;
      }
    }
    const reads = lookAhead(unread(), READS_AHEAD, async (number) => {
      try {
        const numbered = await readNumber(store, number, signal);
        return numbered && { number, ...numbered };
      } catch (error) {
        this.#damaged.set(number, ofOneOnly(error));
        return null;
      }
    });
    for await (const numbered of reads) {
      if (numbered === null) continue;
      this.#found.set(objectPath(numbered.basePath).toString('latin1'), numbered.basePath);
      read.add(numbered.number);
      this.#last = Math.max(this.#last, numbered.number);
    }
    this.#read = new Set([...read].filter((number) => number > this.#last - LISTED_AGAIN));
    return isKnownThere;
  }

  #forget(): void {
    this.#found.clear();
    this.#read.clear();
    this.#last = 0;
    this.#damaged.clear();
  }
}
