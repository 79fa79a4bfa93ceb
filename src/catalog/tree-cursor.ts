import { DmError } from '../model/error.js';
import { compareBytes } from '../util/bytes.js';
import type { MaybePromise } from '../util/maybe-promise.js';
import type { MapRoot } from './map-root.js';
import { LeafPage, type NodePage } from './node-page.js';
import type { PageReader } from './page-reader.js';

interface Step {
  readonly page: NodePage;
  index: number;
}

/**
 * A place in a map: at an entry, or at a whole subtree that has not been looked
 * into. It moves forward only. `height` of an item: 0 for an entry, else the
 * pages from the subtree's top to a leaf.
 */
export class TreeCursor {
  readonly #pages: PageReader;
  readonly #from: Uint8Array | undefined;
  readonly #path: Step[] = [];
  /** The last key that was passed: everything from here on is above it. */
  #passed: Uint8Array | undefined;

  private constructor(pages: PageReader, from: Uint8Array | undefined) {
    this.#pages = pages;
    this.#from = from;
  }

  /** At the first item that may hold keys from `from` on. */
  static async open(
    pages: PageReader,
    root: MapRoot | null,
    from: Uint8Array | undefined,
  ): Promise<TreeCursor> {
    const cursor = new TreeCursor(pages, from);
    if (root !== null) cursor.#enter(await pages.root(root));
    return cursor;
  }

  get done(): boolean {
    return this.#path.length === 0;
  }

  /** Height of the item here; not to be asked when done. */
  get height(): number {
    return this.#top.page.level;
  }

  get key(): Uint8Array {
    return this.#top.page.key(this.#top.index);
  }

  /** The value of the entry here; only at height 0. */
  value(): MaybePromise<Uint8Array> {
    const { page, index } = this.#top;
    return this.#pages.valueAt(leafOf(page), index);
  }

  /** True when the entries here and there have equal values; only at height 0. */
  sameValue(other: TreeCursor): boolean {
    const { page, index } = other.#top;
    return leafOf(this.#top.page).sameValue(this.#top.index, leafOf(page), index);
  }

  /** True when `key` lies before everything that is left here. */
  isBeyond(key: Uint8Array): boolean {
    return this.done || (this.#passed !== undefined && compareBytes(key, this.#passed) <= 0);
  }

  /** Digest of the subtree of that height which begins exactly here, or undefined. */
  subtreeAt(height: number): Uint8Array | undefined {
    for (let i = this.#path.length - 1; i >= 0; i--) {
      const { page, index } = this.#path[i] as Step;
      if (page.level === height) {
        return page instanceof LeafPage ? undefined : page.childDigest(index);
      }
      if (index !== 0) return undefined;
    }
    return undefined;
  }

  /** Passes the subtree of that height which begins here (0: the entry). */
  skip(height: number): void {
    while (!this.done && this.#top.page.level < height) this.#path.pop();
    if (this.done) return;
    this.#passed = this.key;
    this.#top.index++;
    this.#leaveFinishedPages();
  }

  /** Goes from the subtree here to its first item. */
  descend(): MaybePromise<void> {
    const { page, index } = this.#top;
    if (page instanceof LeafPage)
      throw new DmError('internal', 'catalog: an entry was taken for a subtree');
    const child = this.#pages.child(page, index);
    return child instanceof Promise ? child.then((late) => this.#enter(late)) : this.#enter(child);
  }

  #enter(page: NodePage): void {
    const index = this.#from === undefined ? 0 : page.search(this.#from);
    this.#path.push({ page, index });
    this.#leaveFinishedPages();
  }

  #leaveFinishedPages(): void {
    while (!this.done && this.#top.index >= this.#top.page.count) {
      this.#path.pop();
      if (!this.done) this.#top.index++;
    }
  }

  get #top(): Step {
    return this.#path[this.#path.length - 1] as Step;
  }
}

function leafOf(page: NodePage): LeafPage {
  if (page instanceof LeafPage) return page;
  throw new DmError('internal', 'catalog: a subtree was taken for an entry');
}
