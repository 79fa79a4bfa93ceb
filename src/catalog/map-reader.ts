import { afterPrefix, compareBytes } from '../util/bytes.js';
import type { MaybePromise } from '../util/maybe-promise.js';
import type { MapRoot } from './map-root.js';
import type { KeyRange, MapEntry } from './map-types.js';
import { InternalPage, LeafPage, type NodePage } from './node-page.js';
import type { PageReader } from './page-reader.js';

/** Long values end a batch before its leaf does. */
const BATCH_BYTES = 4 * 1024 * 1024;

/** Entries of one leaf: those at [first, last). */
export interface LeafEntries {
  readonly leaf: LeafPage;
  readonly first: number;
  readonly last: number;
}

/** Looks into one map. Cheap to make; holds at most one page of its own. */
export class MapReader {
  readonly root: MapRoot | null;
  readonly #pages: PageReader;
  /** The leaf of the last `get`: keys asked for in order mostly lie in it. */
  #lastLeaf: LeafPage | undefined;

  constructor(pages: PageReader, root: MapRoot | null) {
    this.#pages = pages;
    this.root = root;
  }

  /** Entries in the map. */
  get count(): number {
    return this.root?.count ?? 0;
  }

  /** The value of `key`, or null. At hand at once when the pages are. */
  get(key: Uint8Array): MaybePromise<Uint8Array | null> {
    const leaf = this.#lastLeaf;
    if (leaf !== undefined && leaf.compareKey(0, key) <= 0) {
      if (leaf.compareKey(leaf.count - 1, key) >= 0) return this.#valueIn(leaf, key);
    }
    if (this.root === null) return null;
    const page = this.#pages.root(this.root);
    return page instanceof Promise
      ? page.then((late) => this.#descend(late, key))
      : this.#descend(page, key);
  }

  has(key: Uint8Array): MaybePromise<boolean> {
    const value = this.get(key);
    return value instanceof Promise ? value.then((late) => late !== null) : value !== null;
  }

  /**
   * The leaves that hold entries of `range` in ascending order, each with the indexes [first, last)
   * of those entries, never none. Reads pages only as far as the caller goes.
   */
  async *leaves(range: KeyRange = {}, signal?: AbortSignal): AsyncGenerator<LeafEntries, void> {
    if (this.root === null) return;
    const start = startOf(range);
    const to = endOf(range);
    const path: { page: InternalPage; index: number }[] = [];
    let page: NodePage | undefined = await this.#pages.root(this.root);
    let seeking = true;
    while (page !== undefined) {
      const first = seeking ? firstIndex(page, start) : 0;
      if (page instanceof LeafPage) {
        signal?.throwIfAborted();
        const last = to === null ? page.count : page.search(to);
        if (first < last) yield { leaf: page, first, last };
        if (last < page.count) return;
        seeking = false;
      } else {
        path.push({ page, index: first - 1 });
      }
      const next = this.#nextChild(path);
      page = next instanceof Promise ? await next : next;
    }
  }

  /**
   * The entries of `range` in ascending order, about one batch per leaf, never an empty one. Reads
   * pages only as far as the caller goes. Keys and values are views that stay valid.
   */
  async *range(range: KeyRange = {}, signal?: AbortSignal): AsyncGenerator<MapEntry[], void> {
    for await (const { leaf, first, last } of this.leaves(range, signal)) {
      for (let next = first; next < last; ) {
        const batch = await this.#entriesOf(leaf, next, last);
        yield batch;
        next += batch.length;
      }
    }
  }

  /** Steps to the next child on the path, dropping the pages that have none left. */
  #nextChild(path: { page: InternalPage; index: number }[]): MaybePromise<NodePage> | undefined {
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      top.index++;
      if (top.index < top.page.count) return this.#pages.child(top.page, top.index);
      path.pop();
    }
    return undefined;
  }

  /** At least one entry, and no more than fit a batch, from `first` on. */
  async #entriesOf(leaf: LeafPage, first: number, last: number): Promise<MapEntry[]> {
    const batch: MapEntry[] = [];
    let bytes = 0;
    for (let i = first; i < last && bytes < BATCH_BYTES; i++) {
      const found = this.#pages.valueAt(leaf, i);
      const value = found instanceof Promise ? await found : found;
      batch.push({ key: leaf.key(i), value });
      bytes += value.length;
    }
    return batch;
  }

  #descend(start: NodePage, key: Uint8Array): MaybePromise<Uint8Array | null> {
    let page = start;
    while (page instanceof InternalPage) {
      const index = page.search(key);
      if (index === page.count) return null;
      const next = this.#pages.child(page, index);
      if (next instanceof Promise) return next.then((late) => this.#descend(late, key));
      page = next;
    }
    this.#lastLeaf = page;
    return this.#valueIn(page, key);
  }

  #valueIn(leaf: LeafPage, key: Uint8Array): MaybePromise<Uint8Array | null> {
    const index = leaf.search(key);
    if (index === leaf.count || leaf.compareKey(index, key) !== 0) return null;
    return this.#pages.valueAt(leaf, index);
  }
}

interface Start {
  readonly key: Uint8Array;
  readonly inclusive: boolean;
}

/** The highest of the lower bounds. */
function startOf(range: KeyRange): Start | null {
  let start: Start | null = null;
  for (const key of [range.prefix, range.from]) {
    if (key !== undefined && (start === null || compareBytes(key, start.key) > 0)) {
      start = { key, inclusive: true };
    }
  }
  const after = range.after;
  if (after !== undefined && (start === null || compareBytes(after, start.key) >= 0)) {
    start = { key: after, inclusive: false };
  }
  return start;
}

/** The lowest of the upper bounds; it is exclusive. */
function endOf(range: KeyRange): Uint8Array | null {
  const behind = range.prefix === undefined ? null : afterPrefix(range.prefix);
  if (range.to === undefined) return behind;
  return behind !== null && compareBytes(behind, range.to) < 0 ? behind : range.to;
}

function firstIndex(page: NodePage, start: Start | null): number {
  if (start === null) return 0;
  const index = page.search(start.key);
  const skip = !start.inclusive && index < page.count && page.compareKey(index, start.key) === 0;
  return skip ? index + 1 : index;
}
