import { normalAbsolute } from '../../model/absolute-path.js';
import type { DatasetInfo } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import type { DatasetId } from '../../model/ids.js';
import { equalBytes } from '../../util/bytes.js';
import type { Base, DatasetFilter, DatasetRef } from '../source.js';
import { type DataRoot, PRIVATE_NAME } from './layout/data-root.js';
import { type DatasetRecord, datasetInfo } from './layout/dataset-record.js';
import type { LocalTree, LocalTreeId } from './layout/local-tree.js';
import type { TreeDirectory } from './layout/tree-directory.js';

/** What the agent's state knows of the datasets of this place. */
export interface DatasetNumbers {
  /** The dataset's number at this place, given at the first asking. */
  numberOf(tree: LocalTreeId, id: DatasetId): Promise<number>;
  /** Who needs which dataset now, as shown to people. */
  locks(): Promise<
    (dataset: { id: DatasetId; number: number; basePath: Uint8Array }) => readonly string[]
  >;
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

  constructor(options: { roots: readonly DataRoot[] }, modules: { numbers: DatasetNumbers }) {
    this.#roots = options.roots;
    this.#numbers = modules.numbers;
  }

  *all(): Generator<PlacedDataset, void> {
    for (const root of this.#roots) {
      for (const { directory, tree } of root.trees()) {
        for (const record of directory.listDatasets()) {
          if (record.state.startsWith('COMPLETE')) yield { root, directory, tree, record };
        }
      }
    }
  }

  /** The copies of one dataset below the roots; reads their records only. */
  *#withId(id: DatasetId): Generator<PlacedDataset, void> {
    for (const root of this.#roots) {
      for (const { directory, tree } of root.trees()) {
        const record = directory.readDataset(id);
        if (record?.state.startsWith('COMPLETE')) yield { root, directory, tree, record };
      }
    }
  }

  /** As they are shown, ascending by number. */
  async *list(filter: DatasetFilter, signal: AbortSignal): AsyncGenerator<DatasetInfo, void> {
    const infos: DatasetInfo[] = [];
    const basePath = filter.basePath === undefined ? null : normalAbsolute(filter.basePath);
    const locks = await this.#numbers.locks();
    for (const placed of this.all()) {
      signal.throwIfAborted();
      const { record } = placed;
      if (filter.tree !== undefined && record.tree !== filter.tree) continue;
      if (basePath !== null && !equalBytes(record.basePath, basePath)) continue;
      infos.push(await this.#infoOf(placed, locks));
    }
    yield* infos.sort((a, b) => a.number - b.number);
  }

  /** Throws `not_found`. An id without a base path takes the first that has it. */
  async get(ref: DatasetRef): Promise<PlacedDataset> {
    for (const placed of 'id' in ref ? this.#withId(ref.id) : this.all()) {
      const { tree, record } = placed;
      if ('number' in ref) {
        if ((await this.#numbers.numberOf(tree.localTree, record.id)) === ref.number) return placed;
      } else {
        const { basePath } = ref;
        if (basePath === undefined || equalBytes(basePath, record.basePath)) return placed;
      }
    }
    const name = 'number' in ref ? `number ${ref.number}` : ref.id;
    throw new DmError('not_found', `there is no dataset ${name} at this place; list what there is`);
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

  async #infoOf(
    { root, tree, record }: PlacedDataset,
    locks: Awaited<ReturnType<DatasetNumbers['locks']>>,
  ): Promise<DatasetInfo> {
    const { localTree } = tree;
    const { id, basePath } = record;
    const snapshot = [root.path, PRIVATE_NAME, 'trees', localTree, 'snapshots', id];
    const number = await this.#numbers.numberOf(localTree, id);
    return datasetInfo(record, {
      number,
      lockedBy: locks({ id, number, basePath }),
      snapshot: record.provider === 'snapshot' ? snapshot.join('/') : '',
    });
  }
}
