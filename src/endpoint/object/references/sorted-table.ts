import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { ioError } from '../../../catalog/io-error.js';
import { DmError } from '../../../model/error.js';

const BLOCK_ENTRIES = 64;
const BUFFER_ENTRIES = 4096;

export interface SortedTableOptions {
  readonly path: string;
  readonly keyBytes: number;
  readonly valueBytes: number;
}

/**
 * Entries of one size in a file, added in ascending order of keys, then looked up or gone through. Memory: one key for
 * each block of 64 entries. File access is synchronous.
 */
export class SortedTable implements Disposable {
  readonly #options: SortedTableOptions;
  readonly #entryBytes: number;
  readonly #fd: number;
  readonly #buffer: Buffer;
  readonly #block: Buffer;
  readonly #fences: Buffer[] = [];
  readonly #last: Buffer;
  #filled = 0;
  #count = 0;
  #loaded = -1;

  /** A new file. */
  constructor(options: SortedTableOptions) {
    this.#options = options;
    this.#entryBytes = options.keyBytes + options.valueBytes;
    this.#buffer = Buffer.alloc(BUFFER_ENTRIES * this.#entryBytes);
    this.#block = Buffer.alloc(BLOCK_ENTRIES * this.#entryBytes);
    this.#last = Buffer.alloc(options.keyBytes);
    try {
      this.#fd = openSync(options.path, 'wx+', 0o600);
    } catch (error) {
      throw ioError('cannot create table', options.path, error);
    }
  }

  get count(): number {
    return this.#count;
  }

  add(key: Uint8Array, value: Uint8Array): void {
    const { keyBytes, valueBytes } = this.#options;
    if (key.length !== keyBytes || value.length !== valueBytes) {
      throw new DmError('internal', 'a table entry of another size');
    }
    if (this.#count > 0 && this.#last.compare(key) >= 0) {
      throw new DmError('internal', 'table entries out of order');
    }
    this.#last.set(key);
    if (this.#count++ % BLOCK_ENTRIES === 0) this.#fences.push(Buffer.from(key));
    this.#buffer.set(key, this.#filled);
    this.#buffer.set(value, this.#filled + keyBytes);
    this.#filled += this.#entryBytes;
    if (this.#filled === this.#buffer.length) this.#flush();
  }

  /** The value of a key, or null; a view that is good until the next call. */
  find(key: Uint8Array): Buffer | null {
    this.#flush();
    const block = this.#blockOf(key);
    if (block < 0) return null;
    const entries = this.#load(block);
    const { keyBytes } = this.#options;
    let low = 0;
    let high = entries;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = middle * this.#entryBytes;
      const order = this.#block.compare(key, 0, keyBytes, at, at + keyBytes);
      if (order === 0) return this.#block.subarray(at + keyBytes, at + this.#entryBytes);
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return null;
  }

  /** Everything, ascending; copies. */
  *entries(): Generator<{ readonly key: Buffer; readonly value: Buffer }, void> {
    this.#flush();
    const { keyBytes } = this.#options;
    for (let block = 0; block < this.#fences.length; block++) {
      const entries = this.#load(block);
      const bytes = Buffer.from(this.#block.subarray(0, entries * this.#entryBytes));
      for (let at = 0; at < bytes.length; at += this.#entryBytes) {
        const end = at + this.#entryBytes;
        yield { key: bytes.subarray(at, at + keyBytes), value: bytes.subarray(at + keyBytes, end) };
      }
    }
  }

  /** The file is the caller's to remove. */
  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  /** The last block that begins with `key` or below; -1 when there is none. */
  #blockOf(key: Uint8Array): number {
    let low = 0;
    let high = this.#fences.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(this.#fences[middle] as Buffer, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Returns how many entries the block has. */
  #load(block: number): number {
    const first = block * BLOCK_ENTRIES;
    const entries = Math.min(BLOCK_ENTRIES, this.#count - first);
    if (this.#loaded === block) return entries;
    this.#loaded = -1;
    const length = entries * this.#entryBytes;
    try {
      for (let done = 0; done < length; ) {
        const at = first * this.#entryBytes + done;
        const got = readSync(this.#fd, this.#block, done, length - done, at);
        if (got === 0) throw new DmError('io_error', `table ${this.#options.path} is cut off`);
        done += got;
      }
    } catch (error) {
      throw ioError('cannot read table', this.#options.path, error);
    }
    this.#loaded = block;
    return entries;
  }

  #flush(): void {
    if (this.#filled === 0) return;
    this.#loaded = -1;
    const start = this.#count * this.#entryBytes - this.#filled;
    try {
      for (let done = 0; done < this.#filled; ) {
        done += writeSync(this.#fd, this.#buffer, done, this.#filled - done, start + done);
      }
    } catch (error) {
      throw ioError('cannot write table', this.#options.path, error);
    }
    this.#filled = 0;
  }
}
