import { DmError } from '../model/error.js';
import { compareBytes, copyBytes } from '../util/bytes.js';
import { type MapRoot, mapRoot, rootRef } from './map-root.js';
import type { Mutation } from './map-types.js';
import { InternalPage, LeafPage, type NodePage } from './node-page.js';
import type { PageReader } from './page-reader.js';
import type { MapParams } from './page-rule.js';
import type { PageRef, PageSink } from './page-store.js';
import { TreeWriter } from './tree-writer.js';

export interface ApplyOptions {
  readonly params: MapParams;
  /** The map to change; null to build one. Its pages must be in the store that `sink` adds to. */
  readonly base: MapRoot | null;
  /**
   * Strictly ascending keys; deleting what is not there and setting what is there already are fine.
   */
  readonly mutations: AsyncIterable<readonly Mutation[]>;
  readonly signal?: AbortSignal;
}

/**
 * The map that `base` becomes with `mutations`, or null when nothing is left. Pages that
 * stay the same are neither read nor written; memory does not grow with the map. The result
 * depends on the contents only. Nothing is synced. Errors: `invalid_argument` for keys out
 * of order or of a wrong size, `corrupt` for bad base pages, those of the store; after an
 * error the pages already appended are garbage.
 */
export async function applyMutations(
  { params, base, mutations, signal }: ApplyOptions,
  { pages, sink }: { pages: PageReader; sink: PageSink },
): Promise<MapRoot | null> {
  const cursor = new MutationCursor(params.name, mutations);
  try {
    await cursor.fill();
    if (cursor.current === undefined) return base;
    const writer = new TreeWriter(params, sink);
    const editor = new TreeEditor(cursor, writer, pages, signal);
    if (base !== null) await editor.edit(await pages.root(base), rootRef(base), true);
    await editor.appendRest();
    const root = writer.finish();
    return base === null ? root : await withoutSingleChildren(root, base.height, pages);
  } finally {
    await cursor.close();
  }
}

/** Merges the mutations into the pages of the base map, in order. */
class TreeEditor {
  readonly #cursor: MutationCursor;
  readonly #writer: TreeWriter;
  readonly #pages: PageReader;
  readonly #signal: AbortSignal | undefined;

  constructor(
    cursor: MutationCursor,
    writer: TreeWriter,
    pages: PageReader,
    signal: AbortSignal | undefined,
  ) {
    this.#cursor = cursor;
    this.#writer = writer;
    this.#pages = pages;
    this.#signal = signal;
  }

  /** `last`: nothing of the base map follows this page, so that later keys belong into it. */
  async edit(page: NodePage, ref: PageRef, last: boolean): Promise<void> {
    this.#signal?.throwIfAborted();
    this.#writer.entering(page, ref);
    if (page instanceof LeafPage) {
      await this.#editLeaf(page);
      return;
    }
    for (let i = 0; i < page.count; i++) {
      const lastChild = last && i === page.count - 1;
      if (this.#untouched(page, i, lastChild)) {
        this.#writer.addFormerChild(page, i);
        continue;
      }
      const child = this.#pages.child(page, i);
      const loaded = child instanceof Promise ? await child : child;
      await this.edit(loaded, page.child(i), lastChild);
    }
  }

  async appendRest(): Promise<void> {
    const cursor = this.#cursor;
    while (cursor.current !== undefined) {
      const { key, value } = cursor.current;
      if (value !== null) this.#writer.add(key, value);
      if (!cursor.next()) {
        this.#signal?.throwIfAborted();
        await cursor.fill();
      }
    }
  }

  #untouched(page: InternalPage, index: number, last: boolean): boolean {
    const mutation = this.#cursor.current;
    const beyond = mutation === undefined || (!last && page.compareKey(index, mutation.key) < 0);
    return beyond && this.#writer.atPageStart(page.level - 1);
  }

  async #editLeaf(leaf: LeafPage): Promise<void> {
    const cursor = this.#cursor;
    let index = 0;
    while (index < leaf.count) {
      const mutation = cursor.current;
      const order = mutation === undefined ? -1 : leaf.compareKey(index, mutation.key);
      if (mutation === undefined || order < 0) {
        this.#writer.addLeafItem(leaf, index++);
        continue;
      }
      if (mutation.value !== null) this.#writer.add(mutation.key, mutation.value);
      if (order === 0) index++;
      if (!cursor.next()) await cursor.fill();
    }
  }
}

/**
 * A page of the base that became the root may have a single child, left over when all that came
 * before it was deleted: then the child is the root.
 */
async function withoutSingleChildren(
  root: MapRoot | null,
  baseHeight: number,
  pages: PageReader,
): Promise<MapRoot | null> {
  let result = root;
  while (result !== null && result.height > 1 && result.height < baseHeight) {
    const page = await pages.root(result);
    if (!(page instanceof InternalPage) || page.count > 1) break;
    result = mapRoot(page.child(0), result.count, result.height - 1);
  }
  return result;
}

/** Steps through batches of mutations and checks their order. */
class MutationCursor {
  readonly #map: string;
  readonly #batches: AsyncIterator<readonly Mutation[]>;
  #batch: readonly Mutation[] = [];
  #index = 0;
  /** The next mutation; undefined when there is none left. */
  current: Mutation | undefined;

  constructor(map: string, mutations: AsyncIterable<readonly Mutation[]>) {
    this.#map = map;
    this.#batches = mutations[Symbol.asyncIterator]();
  }

  /**
   * Goes to the next mutation of the batch. False when the batch is used up: `fill` then goes on.
   */
  next(): boolean {
    const following = this.#batch[this.#index + 1];
    if (following === undefined) return false;
    this.#checkOrder(this.current?.key, following.key);
    this.#index++;
    this.current = following;
    return true;
  }

  async fill(): Promise<void> {
    // The producer may use the memory of the batch again.
    const former = this.current === undefined ? undefined : copyBytes(this.current.key);
    this.current = undefined;
    this.#batch = [];
    this.#index = 0;
    while (this.current === undefined) {
      const step = await this.#batches.next();
      if (step.done === true) return;
      this.#batch = step.value;
      this.current = step.value[0];
    }
    this.#checkOrder(former, this.current.key);
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }

  #checkOrder(former: Uint8Array | undefined, key: Uint8Array): void {
    if (former === undefined || compareBytes(former, key) < 0) return;
    throw new DmError('invalid_argument', `map ${this.#map}: mutations are not in ascending order`);
  }
}
