import { join } from 'node:path';
import { ExternalSorter } from '../../../catalog/external-sorter.js';
import type { PageRef } from '../../../catalog/page-store.js';
import type { DmError } from '../../../model/error.js';
import type { RepositoryMaps } from '../../../repository/repository-record.js';
import { asBuffer } from '../../../util/bytes.js';
import { decodeFrameKey, FRAME_KEY } from './frame-set.js';
import {
  decodeNode,
  encodeNode,
  NODE_KEY,
  NODE_VALUE,
  nodeKey,
  type ReadNode,
  ReferenceWalk,
} from './reference-walk.js';
import { pagesInOrder, type ReferencedPacksModules } from './referenced-packs.js';
import { SortedTable } from './sorted-table.js';

const SORT_BYTES = 4 * 1024 * 1024;

/** Every page of a number of datasets, once, by level: for going through them from the leaves up. Always dispose it. */
export class PageLevels implements Disposable {
  readonly #directory: string;
  readonly #levels: SortedTable[] = [];
  readonly #values: ExternalSorter;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#values = new ExternalSorter({ directory, memoryBytes: SORT_BYTES });
  }

  static async of(
    maps: Iterable<RepositoryMaps>,
    options: { directory: string; damaged: (ref: PageRef, error: DmError) => void },
    modules: ReferencedPacksModules,
    signal: AbortSignal,
  ): Promise<PageLevels> {
    const { directory, damaged } = options;
    const found = new PageLevels(directory);
    const visitor = {
      page: () => undefined,
      segment: () => undefined,
      node: (level: number, page: ReadNode) => found.#addNode(level, page),
      value: (ref: PageRef) => found.#addValue(ref),
      damaged,
    };
    const pages = pagesInOrder(modules, signal);
    using walk = new ReferenceWalk({ directory }, { pages, visitor });
    try {
      for (const one of maps) walk.add(one);
      await walk.run(signal);
      return found;
    } catch (error) {
      found[Symbol.dispose]();
      throw error;
    }
  }

  /** How many levels of node pages there are. */
  get height(): number {
    return this.#levels.length;
  }

  /** Node pages of a level, 0 the leaves; ascending by pack, offset and digest. */
  *nodes(level: number): Generator<ReadNode, void> {
    for (const { key, value } of this.#levels[level]?.entries() ?? []) yield decodeNode(key, value);
  }

  /** Pages that hold one value, in the same order. Once. */
  async *values(signal: AbortSignal): AsyncGenerator<PageRef, void> {
    for await (const batch of this.#values.sorted(signal)) {
      for (const { key, value } of batch) {
        if (value === null) continue;
        const digest = Buffer.from(key.subarray(FRAME_KEY, NODE_KEY));
        const length = asBuffer(value).readUInt32BE();
        yield { digest, locator: { ...decodeFrameKey(key.subarray(0, FRAME_KEY)), length } };
      }
    }
  }

  [Symbol.dispose](): void {
    for (const table of this.#levels) table[Symbol.dispose]();
    this.#values[Symbol.dispose]();
  }

  #addNode(level: number, node: ReadNode): void {
    while (this.#levels.length <= level) {
      const path = join(this.#directory, `level-${this.#levels.length}`);
      this.#levels.push(new SortedTable({ path, keyBytes: NODE_KEY, valueBytes: NODE_VALUE }));
    }
    const { key, value } = encodeNode(node);
    this.#levels[level]?.add(key, value);
  }

  #addValue(ref: PageRef): void {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(ref.locator.length);
    this.#values.add(nodeKey(ref), length);
  }
}
