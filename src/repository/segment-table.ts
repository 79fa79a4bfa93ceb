import { parsePackId } from '../catalog/page-store.js';
import { DmError } from '../model/error.js';
import type { SegmentLocation } from './segments-map.js';

/** An entry: digest 32, pack 16, then u32: offset, length, raw length, frame start, frame length. */
const ENTRY = 68;
/** Each holds the number of an entry counted from 1, or 0. */
const SLOTS = 1 << 18;
/** Fuller, looking up takes too many steps. */
const MOST = SLOTS * 0.75;
const HEADER = 64;
/** Behind the slots, in the order they came: what is in use lies together, and no other memory becomes resident. */
const ENTRIES = HEADER + SLOTS * 4;
const LOCK = 0;
const COUNT = 1;
const GENERATION = 2;

const WAIT_MS = 100;
/** Each ends early when the lock is let go: half a minute without that is longer than any work under it takes. */
const MOST_WAITS = 300;

export interface TableEntry {
  readonly digest: Uint8Array;
  readonly location: SegmentLocation;
}

/**
 * Memory for one table, to be shared between threads: 14 MiB, of which
 * only what is used becomes resident.
 */
export function newTableMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(ENTRIES + MOST * ENTRY);
}

/**
 * Segments that were stored lately, shared by the threads of one backup. Every call holds the
 * table's lock for some microseconds, `empty` for as long as its work takes.
 */
export class SegmentTable {
  readonly #numbers: Int32Array;
  readonly #slots: Uint32Array;
  readonly #bytes: Buffer;

  constructor(memory: SharedArrayBuffer) {
    this.#numbers = new Int32Array(memory, 0, HEADER / 4);
    this.#slots = new Uint32Array(memory, HEADER, SLOTS);
    this.#bytes = Buffer.from(memory, ENTRIES, MOST * ENTRY);
  }

  /** Counted up whenever the table was emptied. */
  get generation(): number {
    return Atomics.load(this.#numbers, GENERATION);
  }

  find(digest: Uint8Array): SegmentLocation | null {
    return this.#locked(() => {
      const number = this.#slots[this.#slotOf(digest)] ?? 0;
      return number === 0 ? null : this.#locationAt((number - 1) * ENTRY);
    });
  }

  /** False when the table is full, and nothing was added. */
  add(digest: Uint8Array, location: SegmentLocation): boolean {
    return this.#locked(() => {
      const slot = this.#slotOf(digest);
      if (this.#slots[slot] !== 0) return true;
      const count = this.#numbers[COUNT] ?? 0;
      if (count >= MOST) return false;
      const at = count * ENTRY;
      this.#bytes.set(digest, at);
      this.#bytes.write(location.pack, at + 32, 'hex');
      this.#bytes.writeUInt32LE(location.offset, at + 48);
      this.#bytes.writeUInt32LE(location.length, at + 52);
      this.#bytes.writeUInt32LE(location.rawLength, at + 56);
      this.#bytes.writeUInt32LE(location.frameStart, at + 60);
      this.#bytes.writeUInt32LE(location.frameLength, at + 64);
      this.#numbers[COUNT] = count + 1;
      this.#slots[slot] = count + 1;
      return true;
    });
  }

  /** Gives everything to `take`, ascending by digest. */
  read(take: (entries: Iterable<TableEntry>) => void): void {
    this.#locked(() => take(this.#sorted()));
  }

  /**
   * As `read`, and empties the table; nothing when another thread has
   * emptied it since `generation`.
   */
  empty(generation: number, take: (entries: Iterable<TableEntry>) => void): void {
    this.#locked(() => {
      if (this.generation !== generation) return;
      take(this.#sorted());
      this.#slots.fill(0);
      this.#numbers[COUNT] = 0;
      Atomics.add(this.#numbers, GENERATION, 1);
    });
  }

  *#sorted(): Generator<TableEntry, void> {
    const bytes = this.#bytes;
    const places = Uint32Array.from({ length: this.#numbers[COUNT] ?? 0 }, (_, at) => at * ENTRY);
    places.sort((a, b) => bytes.compare(bytes, b, b + 32, a, a + 32));
    for (const at of places) {
      yield { digest: bytes.subarray(at, at + 32), location: this.#locationAt(at) };
    }
  }

  #locationAt(at: number): SegmentLocation {
    return {
      pack: parsePackId(this.#bytes.toString('hex', at + 32, at + 48)),
      offset: this.#bytes.readUInt32LE(at + 48),
      length: this.#bytes.readUInt32LE(at + 52),
      rawLength: this.#bytes.readUInt32LE(at + 56),
      frameStart: this.#bytes.readUInt32LE(at + 60),
      frameLength: this.#bytes.readUInt32LE(at + 64),
    };
  }

  /** The slot of the digest, or the free one that it would take. */
  #slotOf(digest: Uint8Array): number {
    const start = new DataView(digest.buffer, digest.byteOffset, 4).getUint32(0) % SLOTS;
    for (let slot = start; ; slot = (slot + 1) % SLOTS) {
      const number = this.#slots[slot] ?? 0;
      if (number === 0) return slot;
      const at = (number - 1) * ENTRY;
      if (this.#bytes.compare(digest, 0, 32, at, at + 32) === 0) return slot;
    }
  }

  #locked<T>(work: () => T): T {
    for (let waits = 0; Atomics.compareExchange(this.#numbers, LOCK, 0, 1) !== 0; waits++) {
      if (waits === MOST_WAITS) {
        throw new DmError('internal', 'a thread of the backup died at its table of segments');
      }
      Atomics.wait(this.#numbers, LOCK, 1, WAIT_MS);
    }
    try {
      return work();
    } finally {
      Atomics.store(this.#numbers, LOCK, 0);
      Atomics.notify(this.#numbers, LOCK, 1);
    }
  }
}
