import { ExternalSorter } from '../../../catalog/external-sorter.js';
import { type MapRoot, rootRef } from '../../../catalog/map-root.js';
import { LeafPage, type NodePage } from '../../../catalog/node-page.js';
import { corruptPage, DIGEST_BYTES } from '../../../catalog/page-format.js';
import { type PageReader, parsePage } from '../../../catalog/page-reader.js';
import type { PageLocator, PageRef } from '../../../catalog/page-store.js';
import { asDmError, type DmError } from '../../../model/error.js';
import type { RepositoryMaps } from '../../../repository/repository-record.js';
import { decodeExtent, type SegmentLocation } from '../../../repository/segments-map.js';
import { asBuffer } from '../../../util/bytes.js';
import { lookAhead } from '../../../util/look-ahead.js';
import { decodeFrameKey, encodeFrameKey, FRAME_KEY } from './frame-set.js';

const SORT_BYTES = 4 * 1024 * 1024;
const PAGES_AHEAD = 16;

/** What a walk meets. Calls are in no order of datasets. */
export interface ReferenceVisitor {
  /** A page that is named, read or not. */
  page(frame: PageLocator): void;
  /** A node page that was read: of each level ascending by pack, offset and digest, the highest level first. */
  node?(level: number, page: ReadNode): void;
  /** A page that holds one value. */
  value?(ref: PageRef): void;
  /** A segment that a file uses; comes again for each place that uses it. */
  segment(digest: Uint8Array, location: SegmentLocation): void;
  /** A page that cannot be read: what is below it stays unseen. Throw to end the walk. */
  damaged(ref: PageRef, error: DmError): void;
}

/** A node page, and whether it is one of a map of segments. */
export interface ReadNode {
  readonly ref: PageRef;
  readonly isSegments: boolean;
}
type Pending = ReadNode;

/**
 * Everything that any number of datasets refer to: each page is read once, in the order of packs, level after
 * level. What is still to be read lies in sorted files, so that memory does not grow with the maps. Always dispose it.
 */
export class ReferenceWalk implements Disposable {
  readonly #directory: string;
  readonly #pages: PageReader;
  readonly #visitor: ReferenceVisitor;
  readonly #levels = new Map<number, ExternalSorter>();

  /** `directory`: for sorted files; it is there. */
  constructor(
    options: { directory: string },
    modules: { pages: PageReader; visitor: ReferenceVisitor },
  ) {
    this.#directory = options.directory;
    this.#pages = modules.pages;
    this.#visitor = modules.visitor;
  }

  add(maps: RepositoryMaps): void {
    for (const [name, root] of Object.entries(maps) as [string, MapRoot | null][]) {
      if (root === null) continue;
      this.#queue(root.height - 1, { ref: rootRef(root), isSegments: name === 'segments' });
    }
  }

  /** Resolves when everything was met. Errors: those of the store, and what `damaged` throws. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      const level = Math.max(...this.#levels.keys());
      const sorter = this.#levels.get(level);
      if (sorter === undefined) return;
      await this.#readLevel(level, sorter, signal);
      sorter[Symbol.dispose]();
      this.#levels.delete(level);
    }
  }

  [Symbol.dispose](): void {
    for (const sorter of this.#levels.values()) sorter[Symbol.dispose]();
  }

  async #readLevel(level: number, sorter: ExternalSorter, signal: AbortSignal): Promise<void> {
    const read = async (pending: Pending): Promise<{ pending: Pending; page: NodePage | null }> => {
      try {
        // Never one that was read elsewhere: equal bytes there say nothing about those here.
        const page = parsePage(pending.ref, await this.#pages.source.read(pending.ref));
        if (page.level !== level) throw corruptPage(`level ${page.level} instead of ${level}`);
        return { pending, page };
      } catch (error) {
        this.#damaged(pending.ref, error);
        return { pending, page: null };
      }
    };
    for await (const { pending, page } of lookAhead(pendingOf(sorter, signal), PAGES_AHEAD, read)) {
      signal.throwIfAborted();
      if (page === null) continue;
      this.#visitor.node?.(level, pending);
      if (page instanceof LeafPage) await this.#leaf(page, pending);
      else {
        for (let i = 0; i < page.count; i++) {
          this.#queue(level - 1, { ref: page.child(i), isSegments: pending.isSegments });
        }
      }
    }
  }

  async #leaf(leaf: LeafPage, { ref, isSegments }: Pending): Promise<void> {
    for (let i = 0; i < leaf.count; i++) {
      const spilled = leaf.spilledValue(i);
      if (spilled !== undefined) {
        this.#visitor.page(spilled.ref.locator);
        this.#visitor.value?.(spilled.ref);
        try {
          // Where it lies is not in any digest: only what was read is known to lie there.
          await this.#pages.valueAt(leaf, i);
        } catch (error) {
          this.#damaged(spilled.ref, error);
        }
      } else if (isSegments) {
        try {
          const extent = decodeExtent(leaf.inlineValue(i));
          if (extent.segment !== null) this.#visitor.segment(extent.digest, extent.segment);
        } catch (error) {
          this.#damaged(ref, error);
        }
      }
    }
  }

  #queue(level: number, { ref, isSegments }: Pending): void {
    this.#visitor.page(ref.locator);
    let sorter = this.#levels.get(level);
    if (sorter === undefined) {
      sorter = new ExternalSorter({ directory: this.#directory, memoryBytes: SORT_BYTES });
      this.#levels.set(level, sorter);
    }
    const { key, value } = encodeNode({ ref, isSegments });
    sorter.add(key, value);
  }

  /** What concerns no single page is thrown on: a later try may fare better. */
  #damaged(ref: PageRef, error: unknown): void {
    const problem = asDmError(error, 'reading pages');
    if (problem.code !== 'corrupt') throw problem;
    this.#visitor.damaged(ref, problem);
  }
}

const LENGTH_BYTES = 4;
export const NODE_KEY = FRAME_KEY + DIGEST_BYTES;
export const NODE_VALUE = LENGTH_BYTES + 1;

/** Key and value that sort node pages by pack, offset and digest. */
export function encodeNode({ ref, isSegments }: ReadNode): { key: Buffer; value: Buffer } {
  const value = Buffer.alloc(NODE_VALUE);
  value.writeUInt32BE(ref.locator.length);
  value[LENGTH_BYTES] = isSegments ? 1 : 0;
  return { key: nodeKey(ref), value };
}

export function nodeKey({ locator, digest }: PageRef): Buffer {
  return Buffer.concat([encodeFrameKey(locator), digest]);
}

export function decodeNode(key: Uint8Array, value: Uint8Array): ReadNode {
  const digest = Buffer.from(key.subarray(FRAME_KEY, NODE_KEY));
  const length = asBuffer(value).readUInt32BE();
  const locator = { ...decodeFrameKey(key.subarray(0, FRAME_KEY)), length };
  return { ref: { digest, locator }, isSegments: value[LENGTH_BYTES] === 1 };
}

async function* pendingOf(
  sorter: ExternalSorter,
  signal: AbortSignal,
): AsyncGenerator<Pending, void> {
  for await (const batch of sorter.sorted(signal)) {
    for (const { key, value } of batch) {
      if (value !== null) yield decodeNode(key, value);
    }
  }
}
