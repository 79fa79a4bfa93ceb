import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { ioError } from '../catalog/io-error.js';
import type { PackId } from '../catalog/page-store.js';
import { DmError } from '../model/error.js';
import {
  corruptIndex,
  INDEX_ENTRY,
  INDEX_KEY,
  INDEX_TRAILER,
  indexRunEntries,
  indexRunHeader,
  writeIndexEntry,
} from './index-run-format.js';
import type { RepositoryKeys } from './repository-keys.js';
import type { SegmentLocation } from './segments-map.js';

const BUFFER_ENTRIES = 4096;
const CHUNK = 1024 * 1024;

/** Writes the local copy of a new index run, whose bytes are those of the object. */
export class IndexRunWriter implements Disposable {
  readonly #path: string;
  readonly #fd: number;
  readonly #hasher: ReturnType<RepositoryKeys['hasher']>;
  readonly #buffer = Buffer.allocUnsafe(BUFFER_ENTRIES * INDEX_ENTRY);
  readonly #last = Buffer.alloc(INDEX_KEY);
  #filled = 0;
  #count = 0;
  #finished = false;

  /** Nothing is at `path` until `finish`. */
  constructor(options: { path: string; id: PackId }, modules: { keys: RepositoryKeys }) {
    this.#path = options.path;
    this.#hasher = modules.keys.hasher();
    try {
      this.#fd = openSync(this.#temporary, 'w', 0o600);
    } catch (error) {
      throw ioError('cannot create index', this.#temporary, error);
    }
    this.#write(indexRunHeader(options.id));
  }

  get count(): number {
    return this.#count;
  }

  /** Digests ascend; one that comes again is passed over. */
  add(digest: Uint8Array, location: SegmentLocation): void {
    const order = this.#count === 0 ? -1 : this.#last.compare(digest);
    if (order === 0) return;
    if (order > 0) throw new DmError('internal', 'index entries out of order');
    this.#last.set(digest);
    writeIndexEntry(this.#buffer, this.#filled, digest, location);
    this.#filled += INDEX_ENTRY;
    this.#count++;
    if (this.#filled === this.#buffer.length) this.#flush();
  }

  /** Durable afterwards. */
  finish(): void {
    this.#flush();
    const trailer = this.#hasher.digestBuffer();
    this.#write(trailer);
    try {
      fsyncSync(this.#fd);
      renameSync(this.#temporary, this.#path);
    } catch (error) {
      throw ioError('cannot write index', this.#path, error);
    }
    this.#finished = true;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
    if (!this.#finished) rmSync(this.#temporary, { force: true });
  }

  get #temporary(): string {
    return `${this.#path}.new`;
  }

  #flush(): void {
    this.#write(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #write(bytes: Uint8Array): void {
    this.#hasher.update(bytes);
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
    } catch (error) {
      throw ioError('cannot write index', this.#temporary, error);
    }
  }
}

/** Checks the digest at the end of the local copy of a run. Throws `corrupt`. */
export function checkIndexRun(path: string, id: PackId, keys: RepositoryKeys): void {
  const hasher = keys.hasher();
  const fd = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK);
    // Of what was read last, this much may be the trailer.
    let held = Buffer.alloc(0);
    let bytes = 0;
    for (;;) {
      const got = readSync(fd, chunk, 0, CHUNK, null);
      bytes += got;
      if (got === 0) break;
      const known = Buffer.concat([held, chunk.subarray(0, got)]);
      const end = Math.max(0, known.length - INDEX_TRAILER);
      hasher.update(known.subarray(0, end));
      held = known.subarray(end);
    }
    indexRunEntries(id, bytes);
    if (hasher.digestBuffer().compare(held) !== 0) {
      throw corruptIndex(id, 'it does not have the digest at its end');
    }
  } catch (error) {
    throw ioError('cannot read index', path, error);
  } finally {
    closeSync(fd);
  }
}
