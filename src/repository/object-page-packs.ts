import { closeSync, fsyncSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ioError } from '../catalog/io-error.js';
import { MAX_FRAME } from '../catalog/page-format.js';
import type { PackId, PageLocator, PageRef, PageStore } from '../catalog/page-store.js';
import { DmError } from '../model/error.js';
import { Lru } from '../util/lru.js';
import { decodePageFrame, deflateFrame } from './frame-codec.js';
import {
  newObjectPackId,
  OBJECT_PACK_BYTES,
  OBJECT_PACK_HEADER,
  objectPackHeader,
} from './object-pack-format.js';
import type { RepositoryKeys } from './repository-keys.js';

const KIND = 'pages';
const OPEN_PACKS = 16;

/**
 * Pages of a repository in local copies of its page packs, byte for byte what the objects are.
 * Packs that are appended here are new ones, to be uploaded. Reads and appends are synchronous.
 */
export class ObjectPagePacks implements PageStore, Disposable {
  readonly #directory: string;
  readonly #keys: RepositoryKeys;
  readonly #open = new Lru<PackId, number>(
    OPEN_PACKS,
    () => 1,
    (_pack, fd) => closeSync(fd),
  );
  readonly #made: PackId[] = [];
  #writing: PackId | null = null;
  #buffer = Buffer.alloc(0);
  #filled = 0;

  /** `directory` exists and holds nothing but page packs, named by their ids. */
  constructor(options: { directory: string }, modules: { keys: RepositoryKeys }) {
    this.#directory = options.directory;
    this.#keys = modules.keys;
  }

  /** Packs that `sync` has made durable here. */
  get made(): readonly PackId[] {
    return this.#made;
  }

  read({ locator }: PageRef): Uint8Array {
    const { pack, offset } = locator;
    const stored = pack === this.#writing ? this.#unwritten(locator) : this.#fromFile(locator);
    return decodePageFrame(this.#keys.open(stored, { kind: KIND, pack, offset }), MAX_FRAME);
  }

  append(frame: Uint8Array): PageLocator {
    this.#writing ??= this.#begin();
    const pack = this.#writing;
    const offset = this.#filled;
    const stored = this.#keys.seal(deflateFrame(frame), { kind: KIND, pack, offset });
    this.#push(stored);
    if (this.#filled >= OBJECT_PACK_BYTES.pages) this.#finish();
    return { pack, offset, length: stored.length };
  }

  async sync(): Promise<void> {
    this.#finish();
  }

  /** What was appended since the last `sync` is lost. */
  [Symbol.dispose](): void {
    this.#open.clear();
  }

  #begin(): PackId {
    const pack = newObjectPackId();
    this.#filled = 0;
    this.#push(objectPackHeader(KIND, pack));
    return pack;
  }

  #push(bytes: Uint8Array): void {
    const needed = this.#filled + bytes.length;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2, 1 << 16));
      this.#buffer.copy(larger, 0, 0, this.#filled);
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#filled);
    this.#filled = needed;
  }

  #finish(): void {
    const pack = this.#writing;
    if (pack === null) return;
    const path = join(this.#directory, pack);
    try {
      const fd = openSync(`${path}.new`, 'w', 0o600);
      try {
        for (let done = 0; done < this.#filled; ) {
          done += writeSync(fd, this.#buffer, done, this.#filled - done);
        }
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      renameSync(`${path}.new`, path);
    } catch (error) {
      throw ioError('cannot write page pack', path, error);
    }
    this.#made.push(pack);
    this.#writing = null;
  }

  #unwritten({ offset, length }: PageLocator): Buffer {
    if (offset < OBJECT_PACK_HEADER || offset + length > this.#filled) throw outside(offset);
    return Buffer.from(this.#buffer.subarray(offset, offset + length));
  }

  #fromFile({ pack, offset, length }: PageLocator): Buffer {
    if (offset < OBJECT_PACK_HEADER || length > MAX_FRAME) throw outside(offset);
    const fd = this.#open.get(pack) ?? this.#openPack(pack);
    const stored = Buffer.allocUnsafe(length);
    try {
      for (let done = 0; done < length; ) {
        const got = readSync(fd, stored, done, length - done, offset + done);
        if (got === 0) throw outside(offset);
        done += got;
      }
    } catch (error) {
      throw ioError('cannot read page pack', join(this.#directory, pack), error);
    }
    return stored;
  }

  #openPack(pack: PackId): number {
    const path = join(this.#directory, pack);
    try {
      const fd = openSync(path, 'r');
      this.#open.set(pack, fd);
      return fd;
    } catch (error) {
      throw ioError('cannot open page pack', path, error);
    }
  }
}

function outside(offset: number): DmError {
  return new DmError(
    'corrupt',
    `no page can be at ${offset} of a page pack; restore it from another copy of the repository`,
  );
}
