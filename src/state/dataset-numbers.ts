import { DmError } from '../model/error.js';
import type { StateDatabase, StateWrite } from './database.js';
import { keys } from './keys.js';

/** Looked up, and numbered, together. */
const AT_ONCE = 1_000;

/** A dataset of one tree of this place. */
export interface NumberedDataset {
  readonly localTree: string;
  readonly id: string;
}

/**
 * Gives every dataset of this place a number, once and never again, in the order in which they
 * are first seen.
 */
export class DatasetNumbers {
  readonly #database: StateDatabase;

  constructor(modules: { database: StateDatabase }) {
    this.#database = modules.database;
  }

  async numberOf(localTree: string, id: string): Promise<number> {
    const [number] = await this.numbersOf([{ localTree, id }]);
    if (number === undefined) throw new DmError('internal', `dataset ${id} was given no number`);
    return number;
  }

  /** The numbers of many, in their order. New ones are given in that order and written together. */
  async numbersOf(datasets: readonly NumberedDataset[]): Promise<number[]> {
    const numbers: number[] = [];
    for (let at = 0; at < datasets.length; at += AT_ONCE) {
      const some = datasets.slice(at, at + AT_ONCE);
      const known = await this.#known(some);
      const isKnown = (number: number | null): number is number => number !== null;
      numbers.push(...(known.every(isKnown) ? known : await this.#give(some)));
    }
    return numbers;
  }

  async #known(datasets: readonly NumberedDataset[]): Promise<(number | null)[]> {
    const stored = await this.#database.getMany(
      datasets.map(({ localTree, id }) => keys.datasetNumber(localTree, id)),
    );
    return stored.map((number) => (typeof number === 'number' ? number : null));
  }

  /** Numbers those that nobody has numbered meanwhile, in one batch with the counter. */
  #give(datasets: readonly NumberedDataset[]): Promise<number[]> {
    return this.#database.update(async () => {
      const known = await this.#known(datasets);
      const given = new Map<string, number>();
      const writes: StateWrite[] = [];
      let { value: next } = await this.#database.next('dataset');
      const numbers = datasets.map(({ localTree, id }, index) => {
        const key = keys.datasetNumber(localTree, id);
        const number = known[index] ?? given.get(key) ?? next++;
        if (known[index] === null && !given.has(key)) {
          given.set(key, number);
          writes.push(
            { put: key, value: number },
            { put: keys.dataset(number), value: { localTree, id } },
          );
        }
        return number;
      });
      if (writes.length > 0) {
        await this.#database.write([...writes, { put: keys.counter('dataset'), value: next - 1 }]);
      }
      return numbers;
    });
  }

  /** The dataset a number was given to; null when it was never given. */
  async find(number: number): Promise<NumberedDataset | null> {
    const stored = await this.#database.get(keys.dataset(number));
    return stored === undefined ? null : (stored as NumberedDataset);
  }
}
