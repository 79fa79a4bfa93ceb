import { type PackId, parsePackId } from '../catalog/page-store.js';

const ID_BYTES = 16;

/** Ids of packs: 16 bytes each, in memory that threads share. */
export class PackSet {
  readonly memory: SharedArrayBuffer;
  readonly #ids: Buffer;

  /** `memory` is that of a set in another thread. */
  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#ids = Buffer.from(memory);
  }

  /** `ids` ascend, as a listing gives them. */
  static async of(ids: AsyncIterable<PackId> | Iterable<PackId>): Promise<PackSet> {
    let filled = 0;
    let bytes = Buffer.alloc(ID_BYTES * 64);
    for await (const id of ids) {
      if (filled === bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(filled)]);
      filled += bytes.write(id, filled, 'hex');
    }
    const memory = new SharedArrayBuffer(filled);
    bytes.copy(Buffer.from(memory), 0, 0, filled);
    return new PackSet(memory);
  }

  get size(): number {
    return this.#ids.length / ID_BYTES;
  }

  has(id: PackId): boolean {
    const wanted = Buffer.from(id, 'hex');
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = middle * ID_BYTES;
      const order = this.#ids.compare(wanted, 0, ID_BYTES, at, at + ID_BYTES);
      if (order === 0) return true;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return false;
  }

  *[Symbol.iterator](): Generator<PackId, void> {
    for (let at = 0; at < this.#ids.length; at += ID_BYTES) {
      yield parsePackId(this.#ids.toString('hex', at, at + ID_BYTES));
    }
  }
}
