import type { DatasetInfo } from '../../model/dataset.js';
import type { WorkerPool } from '../../worker/pool.js';
import type { Base, DatasetFilter, DatasetReader, DatasetRef, Source } from '../source.js';
import { DigestKeeper } from './changes/digest-keeper.js';
import type { LocalTreeId } from './layout/local-tree.js';
import { LocalDatasetReader } from './local-dataset-reader.js';
import type { LocalDatasets, PlacedDataset } from './local-datasets.js';
import type { OpenDatasets } from './open-datasets.js';
import { placeOf } from './tree-place.js';

export interface LocalSourceModules {
  readonly pool: WorkerPool;
  readonly datasets: LocalDatasets;
  readonly holds: OpenDatasets;
  readonly log?: { warn(fields: object, message: string): void };
}

/** The datasets below the data roots of this host, for reading. Owns none of its modules. */
export class LocalSource implements Source {
  readonly #modules: LocalSourceModules;
  readonly #keepers = new Map<LocalTreeId, DigestKeeper>();

  constructor(modules: LocalSourceModules) {
    this.#modules = modules;
  }

  listDatasets(filter: DatasetFilter, signal: AbortSignal): AsyncIterable<DatasetInfo> {
    return this.#modules.datasets.list(filter, signal);
  }

  bookmark(base: Base, basePath: Uint8Array): Promise<DatasetInfo | null> {
    return this.#modules.datasets.bookmark(base, basePath);
  }

  async open(ref: DatasetRef, signal: AbortSignal): Promise<DatasetReader> {
    signal.throwIfAborted();
    const { pool, holds, datasets } = this.#modules;
    const placed = await datasets.get(ref);
    const { root, tree, record } = placed;
    return LocalDatasetReader.open(
      { info: await datasets.infoOf(placed), record, place: placeOf(root, tree) },
      { pool, holds, digests: this.#keeperOf(placed) },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#keepers.clear();
  }

  /** A received tree gets its digests with the bytes: those of its own disk would bless damage. */
  #keeperOf({ directory, tree }: PlacedDataset): DigestKeeper | null {
    if (tree.role !== 'origin') return null;
    const known = this.#keepers.get(tree.localTree);
    if (known !== undefined) return known;
    const keeper = new DigestKeeper({ ...this.#modules, directory });
    keeper.removeLeftovers();
    this.#keepers.set(tree.localTree, keeper);
    return keeper;
  }
}
