import { type MapRoot, rootRef } from './map-root.js';
import { LeafPage } from './node-page.js';
import { parsePage } from './page-reader.js';
import type { PackId, PageLocator, PageRef, PageSource } from './page-store.js';

/** Room in a pack is told live or not by so many bytes, as file systems free it. */
export const MARK_BLOCK = 4096;
/** Above every offset in a pack. */
const PACK_STRIDE = 2 ** 32;

/**
 * Which parts of which packs a set of maps needs. A page that has equal bytes in two places counts
 * at each of them: its children may lie elsewhere. Memory: a number for each page of 8 KiB and a
 * bit for each 4 KiB, some bytes for each file of a catalog.
 */
export class PageMarks {
  readonly #source: PageSource;
  readonly #seen = new Set<number>();
  readonly #packs = new Map<PackId, { readonly index: number; live: Uint8Array }>();

  constructor(modules: { source: PageSource }) {
    this.#source = modules.source;
  }

  /** Marks every page of a map. Errors: `corrupt`, and then nothing may be taken as dead. */
  async mark(root: MapRoot, signal: AbortSignal): Promise<void> {
    if (this.#enter(root.locator)) await this.#markBelow(rootRef(root), signal);
  }

  /**
   * One bit for each block of the pack from its start on, lowest first;
   * null when nothing of it is needed.
   */
  liveBlocks(pack: PackId): Uint8Array | null {
    return this.#packs.get(pack)?.live ?? null;
  }

  async #markBelow(ref: PageRef, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const bytes = this.#source.read(ref);
    const page = parsePage(ref, bytes instanceof Promise ? await bytes : bytes);
    if (page instanceof LeafPage) {
      for (let index = 0; index < page.count; index++) {
        const spilled = page.spilledValue(index);
        if (spilled !== undefined) this.#enter(spilled.ref.locator);
      }
      return;
    }
    for (let index = 0; index < page.count; index++) {
      const child = page.child(index);
      if (this.#enter(child.locator)) await this.#markBelow(child, signal);
    }
  }

  /** False when it was marked before. */
  #enter({ pack, offset, length }: PageLocator): boolean {
    let marks = this.#packs.get(pack);
    if (marks === undefined) {
      marks = { index: this.#packs.size, live: new Uint8Array(0) };
      this.#packs.set(pack, marks);
    }
    const key = marks.index * PACK_STRIDE + offset;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    const last = Math.floor((offset + length - 1) / MARK_BLOCK);
    if (last >= marks.live.length * 8) {
      const grown = new Uint8Array(Math.max(marks.live.length * 2, (last >> 3) + 1));
      grown.set(marks.live);
      marks.live = grown;
    }
    const { live } = marks;
    for (let block = Math.floor(offset / MARK_BLOCK); block <= last; block++) {
      live[block >> 3] = (live[block >> 3] ?? 0) | (1 << (block & 7));
    }
    return true;
  }
}
