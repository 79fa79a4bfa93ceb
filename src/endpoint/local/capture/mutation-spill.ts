import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import type { Mutation } from '../../../catalog/map-types.js';

const BUFFER_BYTES = 1024 * 1024;
const HEADER = 8;
const NO_VALUE = 0xffffffff;
const BATCH = 256;

/**
 * Records that are written once in an order and read back in that order, any number of them in bounded
 * memory. What does not fit the buffer goes to a file that has no name, so that nothing is left after a kill.
 */
export class MutationSpill implements Disposable {
  readonly #path: string;
  #buffer = Buffer.allocUnsafe(4096);
  #used = 0;
  #fd = -1;
  #written = 0;
  #count = 0;

  /** `path`: a name that is free in an existing directory. */
  constructor(path: string) {
    this.#path = path;
  }

  get count(): number {
    return this.#count;
  }

  /** Copies both. */
  add(key: Uint8Array, value: Uint8Array | null): void {
    const length = HEADER + key.length + (value?.length ?? 0);
    if (this.#used + length > this.#buffer.length) this.#makeRoom(length);
    this.#buffer.writeUInt32LE(key.length, this.#used);
    this.#buffer.writeUInt32LE(value?.length ?? NO_VALUE, this.#used + 4);
    this.#buffer.set(key, this.#used + HEADER);
    if (value !== null) this.#buffer.set(value, this.#used + HEADER + key.length);
    this.#used += length;
    this.#count++;
  }

  /** All records so far; may be called again. Keys and values are views that stay valid. */
  *read(): Generator<Mutation[], void> {
    let batch: Mutation[] = [];
    for (const chunk of this.#chunks()) {
      let at = 0;
      while (at < chunk.length) {
        const keyEnd = at + HEADER + chunk.readUInt32LE(at);
        const valueLength = chunk.readUInt32LE(at + 4);
        const end = valueLength === NO_VALUE ? keyEnd : keyEnd + valueLength;
        const value = valueLength === NO_VALUE ? null : chunk.subarray(keyEnd, end);
        batch.push({ key: chunk.subarray(at + HEADER, keyEnd), value });
        at = end;
        if (batch.length < BATCH) continue;
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  }

  /** The same for applyMutations. */
  async *batches(): AsyncGenerator<Mutation[], void> {
    yield* this.read();
  }

  [Symbol.dispose](): void {
    if (this.#fd !== -1) closeSync(this.#fd);
    this.#fd = -1;
    this.#used = 0;
  }

  #makeRoom(length: number): void {
    if (this.#used + length <= BUFFER_BYTES) {
      const larger = Buffer.allocUnsafeSlow(
        Math.min(BUFFER_BYTES, Math.max(this.#buffer.length * 2, this.#used + length)),
      );
      this.#buffer.copy(larger, 0, 0, this.#used);
      this.#buffer = larger;
      return;
    }
    this.#flush();
    if (length > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(length);
  }

  /** Each flush is one chunk of whole records with its length in front. */
  #flush(): void {
    if (this.#used === 0) return;
    if (this.#fd === -1) {
      this.#fd = openSync(this.#path, 'wx+', 0o600);
      unlinkSync(this.#path);
    }
    const header = Buffer.alloc(4);
    header.writeUInt32LE(this.#used);
    this.#write(header, 4);
    this.#write(this.#buffer, this.#used);
    this.#used = 0;
  }

  #write(bytes: Buffer, length: number): void {
    let done = 0;
    while (done < length) {
      done += writeSync(this.#fd, bytes, done, length - done, this.#written + done);
    }
    this.#written += length;
  }

  *#chunks(): Generator<Buffer, void> {
    let at = 0;
    while (at < this.#written) {
      const length = this.#readAt(at, 4).readUInt32LE(0);
      yield this.#readAt(at + 4, length);
      at += 4 + length;
    }
    if (this.#used > 0) yield Buffer.from(this.#buffer.subarray(0, this.#used));
  }

  #readAt(position: number, length: number): Buffer {
    const chunk = Buffer.allocUnsafeSlow(length);
    let done = 0;
    while (done < length) {
      const got = readSync(this.#fd, chunk, done, length - done, position + done);
      if (got === 0) throw new RangeError('a spill file became shorter');
      done += got;
    }
    return chunk;
  }
}
