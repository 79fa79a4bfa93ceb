import type { StateDatabase, StateWrite, StoredValue } from './database.js';

/**
 * How a record type is kept as JSON. `decode` trusts what `encode` wrote:
 * the schema version guards the layout.
 */
export interface RecordCodec<T> {
  encode(record: T): StoredValue;
  decode(stored: StoredValue): T;
}

/** Records that are plain JSON already: strings, numbers, booleans, arrays and objects of them. */
export function plainCodec<T>(): RecordCodec<T> {
  return { encode: (record) => record, decode: (stored) => stored as T };
}

/** One key range of the state database as typed records. */
export class Records<Id, T> {
  readonly #database: StateDatabase;
  readonly #range: string;
  readonly #key: (id: Id) => string;
  readonly #codec: RecordCodec<T>;

  constructor(
    options: { range: string; key: (id: Id) => string; codec: RecordCodec<T> },
    modules: { database: StateDatabase },
  ) {
    this.#database = modules.database;
    this.#range = options.range;
    this.#key = options.key;
    this.#codec = options.codec;
  }

  async get(id: Id): Promise<T | null> {
    const stored = await this.#database.get(this.#key(id));
    return stored === undefined ? null : this.#codec.decode(stored);
  }

  async *list(options: { newestFirst?: boolean } = {}): AsyncIterable<T> {
    for await (const [, stored] of this.#database.entries(this.#range, options.newestFirst)) {
      yield this.#codec.decode(stored);
    }
  }

  /** The change that stores a record, for a batch with others. */
  put(id: Id, record: T): StateWrite {
    return { put: this.#key(id), value: this.#codec.encode(record) };
  }

  remove(id: Id): StateWrite {
    return { delete: this.#key(id) };
  }

  async save(id: Id, record: T): Promise<void> {
    await this.#database.write([this.put(id, record)]);
  }
}
