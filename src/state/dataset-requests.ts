import { type DatasetId, parseDatasetId } from '../model/ids.js';
import type { StateDatabase } from './database.js';
import { keys } from './keys.js';

const ID_BYTES = 16;

/**
 * Which dataset a request to make one was given, so that the same request
 * asked again means the same dataset.
 */
export class DatasetRequests {
  readonly #database: StateDatabase;
  readonly #randomBytes: (length: number) => Buffer;

  constructor(modules: { database: StateDatabase; randomBytes: (length: number) => Buffer }) {
    this.#database = modules.database;
    this.#randomBytes = modules.randomBytes;
  }

  /** The id for a request: random at the first asking, on disk before it is given out. */
  idFor(requestId: string): Promise<DatasetId> {
    const key = keys.request(requestId);
    return this.#database.update(async () => {
      const known = await this.#database.get(key);
      if (typeof known === 'string') return parseDatasetId(known);
      const id = parseDatasetId(this.#randomBytes(ID_BYTES).toString('hex'));
      await this.#database.write([{ put: key, value: id }]);
      return id;
    });
  }
}
