import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { ioError } from '../catalog/io-error.js';
import type { PackId, PageLocator } from '../catalog/page-store.js';
import { DmError } from '../model/error.js';
import { Lru } from '../util/lru.js';
import { checkPackHeader, PACK_HEADER } from './pack-format.js';

/** Reads ranges of pack files in one directory through a bounded number of descriptors. */
export class PackFiles {
  readonly #directory: string;
  readonly #open: Lru<PackId, number>;

  constructor(options: { directory: string; maxOpen: number }) {
    this.#directory = options.directory;
    this.#open = new Lru(
      options.maxOpen,
      () => 1,
      (_pack, fd) => closeSync(fd),
    );
  }

  /**
   * The frame's bytes in memory of their own. Errors: `corrupt` (no
   * such pack, too short), `io_error`.
   */
  read({ pack, offset, length }: PageLocator): Buffer {
    const fd = this.#open.get(pack) ?? this.#openPack(pack);
    const frame = Buffer.allocUnsafe(length);
    if (this.#fill(fd, pack, frame, offset) < length) {
      throw new DmError(
        'corrupt',
        `page pack ${this.#path(pack)} is too short: no ${length} bytes at ${offset}; restore the file`,
      );
    }
    return frame;
  }

  close(): void {
    this.#open.clear();
  }

  #openPack(pack: PackId): number {
    const path = this.#path(pack);
    let fd: number;
    try {
      fd = openSync(path, 'r');
    } catch (error) {
      if (!isMissing(error)) throw ioError('cannot open page pack', path, error);
      throw new DmError('corrupt', `page pack ${path} is missing; restore the file`, {
        cause: error,
      });
    }
    try {
      const header = Buffer.alloc(PACK_HEADER);
      this.#fill(fd, pack, header, 0);
      checkPackHeader(header, pack);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    this.#open.set(pack, fd);
    return fd;
  }

  /** Bytes read: fewer than `into` holds only at the file's end. */
  #fill(fd: number, pack: PackId, into: Buffer, offset: number): number {
    try {
      let filled = 0;
      while (filled < into.length) {
        const count = readSync(fd, into, filled, into.length - filled, offset + filled);
        if (count === 0) break;
        filled += count;
      }
      return filled;
    } catch (error) {
      throw ioError('cannot read page pack', this.#path(pack), error);
    }
  }

  #path(pack: PackId): string {
    return join(this.#directory, pack);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
