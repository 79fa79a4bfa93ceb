import { normalAbsolute } from '../../model/absolute-path.js';
import type { DatasetInfo } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import { type DatasetId, parseDatasetId } from '../../model/ids.js';
import { equalBytes } from '../../util/bytes.js';
import type { Base, DatasetFilter, DatasetRef } from '../source.js';
import { type DataRoot, PRIVATE_NAME } from './layout/data-root.js';
import { type DatasetRecord, datasetInfo } from './layout/dataset-record.js';
import type { DatasetRecordCache } from './layout/dataset-record-cache.js';
import type { LocalTree, LocalTreeId } from './layout/local-tree.js';
import type { TreeDirectory } from './layout/tree-directory.js';

/** What the agent's state knows of the datasets of this place. */
export interface DatasetNumbers {
  /** The datasets' numbers at this place, in their order; each is given at the first asking. */
  numbersOf(datasets: readonly NumberedDataset[]): Promise<readonly number[]>;
  /** What a number was given to; null when it was not given. */
  find(number: number): Promise<{ readonly localTree: string; readonly id: string } | null>;
  /** Who needs which dataset now, as shown to people. */
  locks(): Promise<
    (dataset: { id: DatasetId; number: number; basePath: Uint8Array }) => readonly string[]
  >;
}

/** Which datasets of this host. */
export interface LocalDatasetFilter extends DatasetFilter {
  /** Only of such trees; the records of others are not read. */
  readonly among?: (tree: LocalTree) => boolean;
}

type Locks = Awaited<ReturnType<DatasetNumbers['locks']>>;

export interface NumberedDataset {
  readonly localTree: LocalTreeId;
  readonly id: DatasetId;
}

export interface PlacedDataset {
  readonly root: DataRoot;
  readonly directory: TreeDirectory;
  readonly tree: LocalTree;
  readonly record: DatasetRecord;
}

/** The complete datasets below the data roots of this host, as their records say. */
export class LocalDatasets {
  readonly #roots: readonly DataRoot[];
  readonly #numbers: DatasetNumbers;
  readonly #records: DatasetRecordCache;

  constructor(
    options: { roots: readonly DataRoot[] },
    modules: { numbers: DatasetNumbers; records: DatasetRecordCache },
  ) {
    this.#roots = options.roots;
    this.#numbers = modules.numbers;
    this.#records = modules.records;
  }

  /**
   * As they are on disk when each tree's turn comes; those of a tree in
   * the order they were committed here.
   */
  async *all(
    among: (tree: LocalTree) => boolean = () => true,
  ): AsyncGenerator<PlacedDataset, void> {
    const trees = this.#roots.flatMap((root) => root.trees().map((one) => ({ ...one, root })));
    this.#records.retainTrees(trees.map(({ directory }) => directory));
    for (const { root, directory, tree } of trees) {
      if (!among(tree)) continue;
      for (const record of await this.#records.list(directory)) {
        if (record.state.startsWith('COMPLETE')) yield { root, directory, tree, record };
      }
    }
  }

  /** The copies of one dataset below the roots; reads their records only. */
  *#copies(id: DatasetId): Generator<PlacedDataset, void> {
    for (const root of this.#roots) {
      for (const { directory, tree } of root.trees()) {
        const record = directory.readDataset(id);
        if (record?.state.startsWith('COMPLETE')) yield { root, directory, tree, record };
      }
    }
  }

  /** As they are shown, ascending by number. */
  async *list(filter: LocalDatasetFilter, signal: AbortSignal): AsyncGenerator<DatasetInfo, void> {
    const found: PlacedDataset[] = [];
    const basePath = filter.basePath === undefined ? null : normalAbsolute(filter.basePath);
    const locks = await this.#numbers.locks();
    for await (const placed of this.all(filter.among)) {
      signal.throwIfAborted();
      const { record } = placed;
      if (filter.tree !== undefined && record.tree !== filter.tree) continue;
      if (basePath !== null && !equalBytes(record.basePath, basePath)) continue;
      found.push(placed);
    }
    const numbers = await this.#numbers.numbersOf(found.map(numbered));
    const sorted = found
      .map((placed, index) => ({ placed, number: numbers[index] ?? 0 }))
      .sort((a, b) => a.number - b.number);
    for (const { placed, number } of sorted) yield infoOf(placed, number, locks);
  }

  /** Throws `not_found`. An id without a base path takes the first that has it. */
  async get(ref: DatasetRef): Promise<PlacedDataset> {
    const placed = 'number' in ref ? await this.#withNumber(ref.number) : this.#withId(ref);
    if (placed !== null) return placed;
    const name = 'number' in ref ? `number ${ref.number}` : ref.id;
    throw new DmError('not_found', `there is no dataset ${name} at this place; list what there is`);
  }

  async #withNumber(number: number): Promise<PlacedDataset | null> {
    const known = await this.#numbers.find(number);
    if (known === null) return this.#amongUnnumbered(number);
    for (const placed of this.#copies(parseDatasetId(known.id))) {
      if (placed.tree.localTree === known.localTree) return placed;
    }
    return null;
  }

  /** Datasets that nobody has asked for are given their numbers by this. */
  async #amongUnnumbered(number: number): Promise<PlacedDataset | null> {
    const all: PlacedDataset[] = [];
    for await (const placed of this.all()) all.push(placed);
    const numbers = await this.#numbers.numbersOf(all.map(numbered));
    return all[numbers.indexOf(number)] ?? null;
  }

  #withId({ id, basePath }: { id: DatasetId; basePath?: Uint8Array }): PlacedDataset | null {
    for (const placed of this.#copies(id)) {
      if (basePath === undefined || equalBytes(basePath, placed.record.basePath)) return placed;
    }
    return null;
  }

  /** As it was shown, when it is deleted and has left its catalog. */
  async bookmark(base: Base, basePath: Uint8Array): Promise<DatasetInfo | null> {
    const path = normalAbsolute(basePath);
    for (const root of this.#roots) {
      for (const { directory, tree } of root.trees()) {
        if (!path.equals(tree.basePath)) continue;
        const record = directory.readBookmark(base.id);
        if (record?.rootDigest === base.rootDigest) {
          return this.#infoOf({ root, directory, tree, record }, () => []);
        }
      }
    }
    return null;
  }

  /** The dataset as it is shown, or null when there is none. */
  async find(ref: DatasetRef): Promise<{ readonly info: DatasetInfo } | null> {
    try {
      return { info: await this.infoOf(await this.get(ref)) };
    } catch (error) {
      if (error instanceof DmError && error.code === 'not_found') return null;
      throw error;
    }
  }

  /** Who needs a dataset now. */
  async lockedBy(dataset: DatasetInfo): Promise<readonly string[]> {
    return (await this.#numbers.locks())(dataset);
  }

  async infoOf(placed: PlacedDataset): Promise<DatasetInfo> {
    return this.#infoOf(placed, await this.#numbers.locks());
  }

  async #infoOf(placed: PlacedDataset, locks: Locks): Promise<DatasetInfo> {
    const [number = 0] = await this.#numbers.numbersOf([numbered(placed)]);
    return infoOf(placed, number, locks);
  }
}

function numbered({ tree, record }: PlacedDataset): NumberedDataset {
  return { localTree: tree.localTree, id: record.id };
}

function infoOf({ root, tree, record }: PlacedDataset, number: number, locks: Locks): DatasetInfo {
  const { id, basePath, provider } = record;
  const snapshot = [root.path, PRIVATE_NAME, 'trees', tree.localTree, 'snapshots', id];
  return datasetInfo(record, {
    number,
    lockedBy: locks({ id, number, basePath }),
    snapshot: provider === 'snapshot' ? snapshot.join('/') : '',
  });
}
