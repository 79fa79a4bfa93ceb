import { close, fsync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ioError } from '../catalog/io-error.js';
import type { PackId, PageLocator } from '../catalog/page-store.js';
import { PACK_HEADER, packHeader } from './pack-format.js';

const fsyncAsync = promisify(fsync);
const closeAsync = promisify(close);

/** One new pack file. A frame lies whole either in the file or in the write buffer. */
export class PackWriter {
  readonly id: PackId;
  readonly path: string;
  readonly #fd: number;
  readonly #buffer: Buffer;
  #filled: number;
  /** Bytes in the file. */
  #written = 0;
  #synced = 0;

  /**
   * Creates the file, mode 0600; it must not exist. `buffer` is this writer's until it is closed.
   */
  constructor(options: { directory: string; id: PackId; buffer: Buffer }) {
    this.id = options.id;
    this.path = join(options.directory, options.id);
    this.#buffer = options.buffer;
    this.#filled = packHeader(options.id).copy(options.buffer);
    try {
      this.#fd = openSync(this.path, 'wx', 0o600);
    } catch (error) {
      throw ioError('cannot create page pack', this.path, error);
    }
  }

  /** Bytes in the file and in the buffer. */
  get length(): number {
    return this.#written + this.#filled;
  }

  get isEmpty(): boolean {
    return this.length === PACK_HEADER;
  }

  append(frame: Uint8Array): PageLocator {
    if (this.#filled + frame.length > this.#buffer.length) this.flush();
    const locator = { pack: this.id, offset: this.length, length: frame.length };
    if (frame.length > this.#buffer.length) this.#write(frame);
    else {
      this.#buffer.set(frame, this.#filled);
      this.#filled += frame.length;
    }
    return locator;
  }

  /**
   * A copy of a frame that is not in the file yet, or undefined when it is, or is not here at all.
   */
  buffered({ offset, length }: PageLocator): Buffer | undefined {
    const start = offset - this.#written;
    if (start < 0 || start + length > this.#filled) return undefined;
    return Buffer.from(this.#buffer.subarray(start, start + length));
  }

  flush(): void {
    this.#write(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }

  /** Makes what is in the file durable; flush first. */
  async sync(): Promise<void> {
    const written = this.#written;
    if (written === this.#synced) return;
    try {
      await fsyncAsync(this.#fd);
    } catch (error) {
      throw ioError('cannot sync page pack', this.path, error);
    }
    this.#synced = Math.max(this.#synced, written);
  }

  async close(): Promise<void> {
    await closeAsync(this.#fd);
  }

  #write(bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(this.#fd, bytes, done, bytes.length - done, this.#written + done);
      }
    } catch (error) {
      throw ioError('cannot write page pack', this.path, error);
    }
    this.#written += bytes.length;
  }
}
