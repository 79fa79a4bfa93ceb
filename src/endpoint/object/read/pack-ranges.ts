import type { PackId } from '../../../catalog/page-store.js';
import { DmError } from '../../../model/error.js';
import type { ObjectPackKind, RepositoryLayout } from '../../../repository/object-layout.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { asBuffer } from '../../../util/bytes.js';
import { Lru } from '../../../util/lru.js';

/** Packs that are remembered. */
const KNOWN_PACKS = 4096;

/** Bytes [start, end) of a pack, there or on their way. */
interface Window {
  readonly pack: Pack;
  readonly start: number;
  readonly end: number;
  readonly bytes: Promise<Buffer>;
}

interface Pack {
  readonly key: string;
  readonly windows: Set<Window>;
  size: Promise<number> | null;
  /** Bytes asked of the store so far. */
  got: number;
}

/**
 * Ranges of packs by ranged reads. The first read of a pack takes what it is asked for; later ones go further, up to
 * half of what was read of that pack: a restore needs few requests, and a look at one file reads little more than it.
 */
export class PackRanges {
  readonly #layout: RepositoryLayout;
  readonly #store: ObjectStore;
  readonly #signal: AbortSignal;
  readonly #packs = new Lru<string, Pack>(KNOWN_PACKS, () => 1);
  readonly #windows: Lru<Window, Window>;

  /** `cacheBytes`: memory for bytes that were read. The signal ends every read. */
  constructor(
    options: { layout: RepositoryLayout; cacheBytes: number },
    modules: { store: ObjectStore },
    signal: AbortSignal,
  ) {
    this.#layout = options.layout;
    this.#store = modules.store;
    this.#signal = signal;
    this.#windows = new Lru(
      options.cacheBytes,
      ({ start, end }) => end - start,
      (window) => window.pack.windows.delete(window),
    );
  }

  /** Exactly `length` bytes of a pack. Errors: `corrupt` when it is missing or too short; those of the store. */
  async read(kind: ObjectPackKind, id: PackId, offset: number, length: number): Promise<Buffer> {
    const pack = this.#pack(this.#layout.pack(kind, id));
    const end = offset + length;
    const parts: Buffer[] = [];
    for (let at = offset; at < end; ) {
      const window = this.#at(pack, at) ?? (await this.#fetch(pack, at, end));
      const bytes = await window.bytes;
      const stop = Math.min(end, window.end);
      parts.push(bytes.subarray(at - window.start, stop - window.start));
      at = stop;
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
  }

  #pack(key: string): Pack {
    const known = this.#packs.get(key);
    if (known !== undefined) return known;
    const pack: Pack = { key, windows: new Set(), size: null, got: 0 };
    this.#packs.set(key, pack);
    return pack;
  }

  #at(pack: Pack, offset: number): Window | null {
    for (const window of pack.windows) {
      if (window.start > offset || offset >= window.end) continue;
      this.#windows.get(window);
      return window;
    }
    return null;
  }

  async #fetch(pack: Pack, start: number, end: number): Promise<Window> {
    const ahead = start + Math.min(Math.floor(pack.got / 2), this.#store.aheadBytes);
    const size = ahead > end ? await this.#sizeOf(pack) : 0;
    // Another reader may have begun the same read meanwhile.
    const begun = this.#at(pack, start);
    if (begun !== null) return begun;
    const stop = Math.max(end, Math.min(ahead, size));
    const bytes = this.#get(pack.key, start, stop - start);
    const window = { pack, start, end: stop, bytes };
    pack.got += stop - start;
    pack.windows.add(window);
    this.#windows.set(window, window);
    bytes.catch(() => this.#windows.delete(window));
    return window;
  }

  #sizeOf(pack: Pack): Promise<number> {
    pack.size ??= this.#store.head(pack.key, this.#signal).then((info) => {
      if (info === null) throw missing(pack.key);
      return info.size;
    });
    const size = pack.size;
    size.catch(() => {
      pack.size = null;
    });
    return size;
  }

  async #get(key: string, offset: number, length: number): Promise<Buffer> {
    let bytes: Buffer | null = null;
    let filled = 0;
    try {
      for await (const chunk of this.#store.get(key, { offset, length }, this.#signal)) {
        // To the end in any case: a connection whose answer is left is closed.
        if (chunk.length === length && bytes === null) {
          bytes = asBuffer(chunk);
        } else {
          bytes ??= Buffer.allocUnsafeSlow(length);
          bytes.set(chunk, filled);
        }
        filled += chunk.length;
      }
    } catch (error) {
      if (error instanceof DmError && error.code === 'not_found') throw missing(key, error);
      throw error;
    }
    return bytes ?? Buffer.alloc(0);
  }
}

function missing(key: string, cause?: unknown): DmError {
  return new DmError(
    'corrupt',
    `pack ${key} is not in the store; see \`dm object repair\``,
    cause === undefined ? {} : { cause },
  );
}
