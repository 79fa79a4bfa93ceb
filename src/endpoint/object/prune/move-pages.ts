import { join } from 'node:path';
import { blake3 } from '@napi-rs/blake-hash';
import { type MapRoot, mapRoot, rootRef } from '../../../catalog/map-root.js';
import { LeafPage, type NodePage } from '../../../catalog/node-page.js';
import { PageBuilder } from '../../../catalog/page-builder.js';
import { corruptPage, DIGEST_BYTES } from '../../../catalog/page-format.js';
import { parseFrame, parseNode } from '../../../catalog/page-parser.js';
import type { PackId, PageRef, PageSink, PageSource } from '../../../catalog/page-store.js';
import { DmError } from '../../../model/error.js';
import {
  decodeExtent,
  encodeExtent,
  type SegmentLocation,
} from '../../../repository/segments-map.js';
import { asBuffer, equalBytes } from '../../../util/bytes.js';
import { decodeFrameKey, encodeFrameKey, FRAME_KEY } from '../references/frame-set.js';
import type { PageLevels } from '../references/page-levels.js';
import { NODE_KEY, nodeKey, type ReadNode } from '../references/reference-walk.js';
import { SortedTable } from '../references/sorted-table.js';
import type { MovedFrames } from './move-frames.js';

const LENGTH_BYTES = 4;
const VALUE_BYTES = DIGEST_BYTES + FRAME_KEY + LENGTH_BYTES;
/** Level of pages that hold one value. */
const VALUES = -1;

export interface MovePagesModules {
  readonly source: PageSource;
  readonly sink: PageSink;
  readonly levels: PageLevels;
  readonly frames: Pick<MovedFrames, 'find'>;
  /** Told of each segment that lies elsewhere now. */
  readonly onSegment: (digest: Uint8Array, location: SegmentLocation) => void;
}

/**
 * Writes pages anew, from the leaves up: those in `packs`, those that name a moved segment, and those that name a
 * page that was written anew. Where pages are cut depends on keys alone, so every map keeps its shape; all digests
 * but those of maps of segments stay. Always dispose it.
 */
export class MovedPages implements Disposable {
  readonly #directory: string;
  readonly #packs: ReadonlySet<PackId>;
  readonly #modules: MovePagesModules;
  readonly #tables = new Map<number, SortedTable>();

  constructor(
    options: { directory: string; packs: ReadonlySet<PackId> },
    modules: MovePagesModules,
  ) {
    this.#directory = options.directory;
    this.#packs = options.packs;
    this.#modules = modules;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { levels, sink } = this.#modules;
    for await (const ref of levels.values(signal)) {
      if (this.#packs.has(ref.locator.pack)) {
        const frame = await this.#frameOf(ref);
        this.#add(VALUES, ref, { digest: ref.digest, locator: sink.append(frame) });
      }
    }
    for (let level = 0; level < levels.height; level++) {
      for (const node of levels.nodes(level)) {
        signal.throwIfAborted();
        await this.#move(level, node);
      }
    }
    await sink.sync();
  }

  /** The root of a map where it is now. */
  root(root: MapRoot | null): MapRoot | null {
    if (root === null) return null;
    const moved = this.#find(root.height - 1, rootRef(root));
    return moved === null ? root : mapRoot(moved, root.count, root.height);
  }

  [Symbol.dispose](): void {
    for (const table of this.#tables.values()) table[Symbol.dispose]();
  }

  async #move(level: number, { ref, isSegments }: ReadNode): Promise<void> {
    const page = parseNode(parseFrame(await this.#frameOf(ref)));
    const builder = new PageBuilder(level);
    const isChanged =
      page instanceof LeafPage
        ? this.#copyLeaf(page, isSegments, builder)
        : this.#copyInternal(page, builder);
    if (!isChanged && !this.#packs.has(ref.locator.pack)) return;
    const { digest, frame } = builder.finish();
    if (!isSegments && !equalBytes(digest, ref.digest)) {
      throw new DmError('internal', 'a page that was moved became another one');
    }
    this.#add(level, ref, { digest, locator: this.#modules.sink.append(frame) });
  }

  /** Copies the entries; true when one is not as it was. */
  #copyLeaf(page: LeafPage, isSegments: boolean, builder: PageBuilder): boolean {
    let isChanged = false;
    for (let i = 0; i < page.count; i++) {
      const spilled = page.spilledValue(i);
      const moved = spilled === undefined ? null : this.#find(VALUES, spilled.ref);
      const extent = spilled === undefined && isSegments ? this.#extent(page.inlineValue(i)) : null;
      if (moved !== null && spilled !== undefined) {
        builder.addSpilled(page.key(i), { ref: moved, length: spilled.length });
      } else if (extent !== null) builder.addInline(page.key(i), extent);
      else builder.addLeafItem(page, i);
      isChanged ||= moved !== null || extent !== null;
    }
    return isChanged;
  }

  #copyInternal(page: Exclude<NodePage, LeafPage>, builder: PageBuilder): boolean {
    let isChanged = false;
    for (let i = 0; i < page.count; i++) {
      const child = page.child(i);
      const moved = this.#find(page.level - 1, child);
      builder.addChild(page.key(i), moved ?? child, page.childEntries(i));
      isChanged ||= moved !== null;
    }
    return isChanged;
  }

  /** The extent where its segment lies now; null when that has not moved. */
  #extent(value: Uint8Array): Buffer | null {
    const extent = decodeExtent(value);
    const segment = extent.segment === null ? null : this.#modules.frames.find(extent.segment);
    if (extent.segment === null || segment === null) return null;
    this.#modules.onSegment(extent.digest, segment);
    return encodeExtent({ ...extent, segment });
  }

  /** Checked against its digest. */
  async #frameOf(ref: PageRef): Promise<Uint8Array> {
    const frame = await this.#modules.source.read(ref);
    if (blake3(parseFrame(frame).body).compare(ref.digest) === 0) return frame;
    const { pack, offset } = ref.locator;
    throw corruptPage(`the page at ${offset} of pack ${pack} does not have its digest`);
  }

  #add(level: number, from: PageRef, to: PageRef): void {
    let table = this.#tables.get(level);
    if (table === undefined) {
      const path = join(this.#directory, `moved-pages-${level}`);
      table = new SortedTable({ path, keyBytes: NODE_KEY, valueBytes: VALUE_BYTES });
      this.#tables.set(level, table);
    }
    const value = Buffer.alloc(VALUE_BYTES);
    value.set(to.digest);
    encodeFrameKey(to.locator).copy(value, DIGEST_BYTES);
    value.writeUInt32BE(to.locator.length, DIGEST_BYTES + FRAME_KEY);
    table.add(nodeKey(from), value);
  }

  #find(level: number, from: PageRef): PageRef | null {
    const found = this.#tables.get(level)?.find(nodeKey(from)) ?? null;
    if (found === null) return null;
    const value = asBuffer(Buffer.from(found));
    const place = decodeFrameKey(value.subarray(DIGEST_BYTES, DIGEST_BYTES + FRAME_KEY));
    const length = value.readUInt32BE(DIGEST_BYTES + FRAME_KEY);
    return { digest: value.subarray(0, DIGEST_BYTES), locator: { ...place, length } };
  }
}
