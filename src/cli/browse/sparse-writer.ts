import { ftruncateSync, writeSync } from 'node:fs';

/** Zeros of this length, at a multiple of it, become a hole. */
const HOLE_BYTES = 64 * 1024;
const ZEROS = Buffer.alloc(HOLE_BYTES);

/** Writes a new file from its start to its end, and leaves holes where it has nothing but zeros. */
export class SparseWriter {
  readonly #fd: number;
  /** What came since the last multiple of the hole's length, however it was cut. */
  readonly #pending = Buffer.allocUnsafe(HOLE_BYTES);
  #used = 0;
  #at = 0;

  /** `fd`: an empty file; stays the caller's. */
  constructor(fd: number) {
    this.#fd = fd;
  }

  write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const piece = bytes.subarray(from, from + HOLE_BYTES - this.#used);
      this.#pending.set(piece, this.#used);
      this.#used += piece.length;
      from += piece.length;
      if (this.#used === HOLE_BYTES) this.#flush();
    }
  }

  /** To be called once after the last `write`: the file has its bytes and its length then. */
  end(): void {
    this.#flush();
    ftruncateSync(this.#fd, this.#at);
  }

  #flush(): void {
    const length = this.#used;
    if (!ZEROS.equals(this.#pending.subarray(0, length))) {
      let done = 0;
      while (done < length) {
        done += writeSync(this.#fd, this.#pending, done, length - done, this.#at + done);
      }
    }
    this.#at += length;
    this.#used = 0;
  }
}
