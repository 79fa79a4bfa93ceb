import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ioError } from '../catalog/io-error.js';
import type { PackId } from '../catalog/page-store.js';
import {
  checkIndexRunHeader,
  corruptIndex,
  INDEX_ENTRY,
  INDEX_HEADER,
  INDEX_KEY,
  indexRunEntries,
  readIndexLocation,
} from './index-run-format.js';
import type { SegmentLocation } from './segments-map.js';

/** One read for each look-up; one number of memory for each. */
const BLOCK_ENTRIES = 64;
const BLOCK_BYTES = BLOCK_ENTRIES * INDEX_ENTRY;

/**
 * Look-ups in the local copy of one index run. Memory: four bytes for each block
 * of 64 entries; time: a binary search in memory and one read, seldom two. The
 * copy's digest was checked when it was made.
 */
export class IndexRunReader implements Disposable {
  readonly id: PackId;
  /** Entries in the run. */
  readonly count: number;
  readonly #path: string;
  readonly #fd: number;
  /** The first four bytes of each block's first digest. */
  readonly #fences: Uint32Array;
  readonly #block = Buffer.allocUnsafe(BLOCK_BYTES);
  #loaded = -1;

  private constructor(path: string, id: PackId, fd: number, count: number) {
    this.id = id;
    this.count = count;
    this.#path = path;
    this.#fd = fd;
    this.#fences = new Uint32Array(Math.ceil(count / BLOCK_ENTRIES));
  }

  /** Errors: `corrupt`, `io_error`. Reads four bytes of each block. */
  static open(path: string, id: PackId): IndexRunReader {
    let fd: number;
    try {
      fd = openSync(path, 'r');
    } catch (error) {
      throw ioError('cannot open index', path, error);
    }
    try {
      const count = indexRunEntries(id, fstatSync(fd).size);
      const reader = new IndexRunReader(path, id, fd, count);
      reader.#readFences();
      return reader;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Where the segment with this digest lies, or null when the run does not know it. */
  find(digest: Uint8Array): SegmentLocation | null {
    const prefix = prefixOf(digest);
    const last = this.#lastBlockFrom(prefix);
    for (let block = last; block >= 0; block--) {
      const found = this.#findIn(block, digest);
      if (found !== null) return found;
      // Blocks that begin with this prefix may follow one whose end has it too.
      if ((this.#fences[block] ?? 0) < prefix) return null;
    }
    return null;
  }

  /** All entries in order; digests are views that the next step overwrites. */
  *entries(): Generator<{ readonly digest: Buffer; readonly location: SegmentLocation }, void> {
    const chunk = Buffer.allocUnsafe(BLOCK_BYTES * 64);
    for (let next = 0; next < this.count; ) {
      const some = Math.min(BLOCK_ENTRIES * 64, this.count - next);
      this.#read(chunk, INDEX_HEADER + next * INDEX_ENTRY, some * INDEX_ENTRY);
      for (let i = 0; i < some; i++) {
        const at = i * INDEX_ENTRY;
        yield {
          digest: chunk.subarray(at, at + INDEX_KEY),
          location: readIndexLocation(chunk, at),
        };
      }
      next += some;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #readFences(): void {
    const header = Buffer.alloc(INDEX_HEADER);
    this.#read(header, 0, INDEX_HEADER);
    checkIndexRunHeader(header, this.id);
    const four = Buffer.alloc(4);
    for (let block = 0; block < this.#fences.length; block++) {
      this.#read(four, INDEX_HEADER + block * BLOCK_BYTES, 4);
      this.#fences[block] = four.readUInt32BE(0);
    }
  }

  /** The last block that begins with `prefix` or less; -1 when there is none. */
  #lastBlockFrom(prefix: number): number {
    let low = 0;
    let high = this.#fences.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#fences[middle] ?? 0) <= prefix) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #findIn(block: number, digest: Uint8Array): SegmentLocation | null {
    const first = block * BLOCK_ENTRIES;
    const entries = Math.min(BLOCK_ENTRIES, this.count - first);
    if (this.#loaded !== block) {
      this.#loaded = -1;
      this.#read(this.#block, INDEX_HEADER + first * INDEX_ENTRY, entries * INDEX_ENTRY);
      this.#loaded = block;
    }
    let low = 0;
    let high = entries;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = middle * INDEX_ENTRY;
      const order = this.#block.compare(digest, 0, INDEX_KEY, at, at + INDEX_KEY);
      if (order === 0) return readIndexLocation(this.#block, at);
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return null;
  }

  #read(into: Buffer, offset: number, length: number): void {
    try {
      for (let done = 0; done < length; ) {
        const got = readSync(this.#fd, into, done, length - done, offset + done);
        if (got === 0) throw corruptIndex(this.id, 'it is cut off');
        done += got;
      }
    } catch (error) {
      throw ioError('cannot read index', this.#path, error);
    }
  }
}

function prefixOf(digest: Uint8Array): number {
  return new DataView(digest.buffer, digest.byteOffset, 4).getUint32(0);
}
