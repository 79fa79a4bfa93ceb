import { DmError } from '../model/error.js';
import { readU32 } from '../util/binary.js';

/** Key length u32, value length u32 (or DELETED), key, value: in memory and in run files. */
export const RECORD_HEADER = 8;
export const DELETED = 0xffffffff;

const FIRST_BYTES = 64 * 1024;

/** Records one behind the other in a single buffer, numbered from 0 in the order they came. */
export class RecordArena {
  readonly #maxBytes: number;
  readonly #maxRecords: number;
  #bytes: Buffer;
  #end = 0;
  #offsets = new Uint32Array(1024);
  #count = 0;
  #ascending = true;

  constructor(maxBytes: number, maxRecords: number) {
    this.#maxBytes = maxBytes;
    this.#maxRecords = maxRecords;
    this.#bytes = Buffer.allocUnsafeSlow(Math.min(FIRST_BYTES, maxBytes));
  }

  get count(): number {
    return this.#count;
  }

  /** True while every key was above the one before. */
  get ascending(): boolean {
    return this.#ascending;
  }

  /** False, and nothing added, when there is no room: unless the arena is empty. */
  add(key: Uint8Array, value: Uint8Array | null): boolean {
    const length = RECORD_HEADER + key.length + (value?.length ?? 0);
    const full = this.#end + length > this.#maxBytes || this.#count === this.#maxRecords;
    if (full && this.#count > 0) return false;
    this.#reserve(length);
    const start = this.#end;
    writeU32(this.#bytes, start, key.length);
    writeU32(this.#bytes, start + 4, value === null ? DELETED : value.length);
    copyInto(this.#bytes, start + RECORD_HEADER, key);
    if (value !== null) copyInto(this.#bytes, start + RECORD_HEADER + key.length, value);
    this.#end = start + length;
    this.#offsets[this.#count++] = start;
    if (this.#ascending && this.#count > 1) {
      this.#ascending = this.compare(this.#count - 2, this.#count - 1, 0) < 0;
    }
    return true;
  }

  /** Forgets the records and keeps the memory. */
  clear(): void {
    this.#end = 0;
    this.#count = 0;
    this.#ascending = true;
  }

  /** Forgets the records and their memory. */
  release(): void {
    this.clear();
    this.#bytes = Buffer.alloc(0);
    this.#offsets = new Uint32Array(1024);
  }

  keyLength(record: number): number {
    return readU32(this.#bytes, this.#offsets[record] as number);
  }

  /**
   * Four bytes of the key from `depth` on as a number, zeros standing for what is behind its end.
   */
  wordAt(record: number, depth: number): number {
    const start = this.#offsets[record] as number;
    const bytes = this.#bytes;
    const left = readU32(bytes, start) - depth;
    const at = start + RECORD_HEADER + depth;
    if (left >= 4) return readU32(bytes, at);
    let word = 0;
    for (let i = 0; i < 4; i++) word = word * 256 + (i < left ? (bytes[at + i] as number) : 0);
    return word;
  }

  /** Order of two keys that agree in their first `depth` bytes. */
  compare(record: number, other: number, depth: number): number {
    const start = this.#offsets[record] as number;
    const otherStart = this.#offsets[other] as number;
    const length = readU32(this.#bytes, start);
    const otherLength = readU32(this.#bytes, otherStart);
    const common = Math.min(length, otherLength);
    const bytes = this.#bytes;
    for (let i = depth; i < common; i++) {
      const difference =
        (bytes[start + RECORD_HEADER + i] as number) -
        (bytes[otherStart + RECORD_HEADER + i] as number);
      if (difference !== 0) return difference;
    }
    return length - otherLength;
  }

  /** The whole record: a view, good until `clear`. */
  record(record: number): Buffer {
    const start = this.#offsets[record] as number;
    return this.#bytes.subarray(start, start + recordLength(this.#bytes, start));
  }

  #reserve(length: number): void {
    if (this.#count === this.#offsets.length) {
      const larger = new Uint32Array(this.#offsets.length * 2);
      larger.set(this.#offsets);
      this.#offsets = larger;
    }
    const needed = this.#end + length;
    if (needed <= this.#bytes.length) return;
    if (needed > 0xffffffff) throw new DmError('invalid_argument', 'sorter: a record is too long');
    const doubled = Math.min(this.#bytes.length * 2, this.#maxBytes);
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, doubled));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

/** Bytes of the record that begins at `start`, header included. */
export function recordLength(bytes: Uint8Array, start: number): number {
  const value = readU32(bytes, start + 4);
  return RECORD_HEADER + readU32(bytes, start) + (value === DELETED ? 0 : value);
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Short strings are copied faster byte by byte than by a call. */
function copyInto(bytes: Uint8Array, at: number, source: Uint8Array): void {
  if (source.length > 64) bytes.set(source, at);
  else for (let i = 0; i < source.length; i++) bytes[at + i] = source[i] as number;
}
