import type { StateDatabase } from './database.js';
import { keys } from './keys.js';

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
    const key = keys.datasetNumber(localTree, id);
    const known = await this.#database.get(key);
    if (typeof known === 'number') return known;
    return this.#database.update(async () => {
      const meanwhile = await this.#database.get(key);
      if (typeof meanwhile === 'number') return meanwhile;
      const { value, write } = await this.#database.next('dataset');
      await this.#database.write([
        write,
        { put: key, value },
        { put: keys.dataset(value), value: { localTree, id } },
      ]);
      return value;
    });
  }

  /** The dataset a number was given to; null when it was never given. */
  async find(number: number): Promise<{ localTree: string; id: string } | null> {
    const stored = await this.#database.get(keys.dataset(number));
    return stored === undefined ? null : (stored as { localTree: string; id: string });
  }
}
