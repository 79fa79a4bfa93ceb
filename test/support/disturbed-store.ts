import type { ObjectStore } from '../../src/repository/object-store.js';

const CHANGES = ['put', 'putStream', 'delete', 'dropUnfinished', 'extendLock'] as const;
type Change = (typeof CHANGES)[number];

/** One call that changes the store. */
export interface StoreChange {
  readonly call: Change;
  /** The key, or the first of several. */
  readonly key: string;
}

/**
 * A store whose changes are given to `around`, which does them, or does
 * not, or does something else before.
 */
export function disturbed(
  store: ObjectStore,
  around: (change: StoreChange, apply: () => Promise<void>) => Promise<void>,
): ObjectStore {
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (!CHANGES.some((known) => known === name)) return value.bind(target);
      return (...words: unknown[]) => {
        const [first] = words;
        const key = Array.isArray(first) ? first[0] : typeof first === 'string' ? first : '';
        return (async () => {
          let result: unknown;
          await around({ call: name as Change, key }, async () => {
            result = await value.apply(target, words);
          });
          return result;
        })();
      };
    },
  });
}

/**
 * What a store does when its user is killed at the nth change: that is
 * done, or not, and no later one.
 */
export class KilledAt {
  readonly changes: string[] = [];
  readonly #at: number;
  readonly #isDone: boolean;

  constructor(options: { at: number; isDone: boolean }) {
    this.#at = options.at;
    this.#isDone = options.isDone;
  }

  /** False when the work ended before. */
  get fired(): boolean {
    return this.changes.length > this.#at;
  }

  wrap(store: ObjectStore): ObjectStore {
    return disturbed(store, async ({ call, key }, apply) => {
      const number = this.changes.push(`${call} ${key}`) - 1;
      if (number < this.#at) return apply();
      if (number === this.#at && this.#isDone) await apply();
      throw new Killed();
    });
  }
}

export class Killed extends Error {}
