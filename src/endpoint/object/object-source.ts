import type { DatasetInfo } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import type { DatasetId } from '../../model/ids.js';
import { RepositoryLayout } from '../../repository/object-layout.js';
import type {
  DatasetFilter,
  DatasetReader,
  DatasetRef,
  OnListingWarning,
  Source,
} from '../source.js';
import { BasePaths } from './base-paths.js';
import { ObjectDatasetReader } from './object-dataset-reader.js';
import { ofOneOnly } from './passed-over.js';
import { readNumber } from './read-number.js';
import { openRepository, type Repository } from './repository.js';
import {
  type ListingModules,
  numberedDataset,
  recordKeyOf,
  repositoryAt,
  repositoryDataset,
  storedInfo,
} from './repository-datasets.js';
import { requireTrusted } from './require-trusted.js';
import type { StoredDataset } from './stored-dataset.js';
import { storedDatasets } from './stored-datasets.js';

export interface ObjectSourceModules extends ListingModules {
  /** Who needs which dataset of the account now; nobody unless given. */
  readonly locks?: () => Promise<(dataset: DatasetInfo) => readonly string[]>;
}

/** The datasets in the repositories of one object account. */
export class ObjectSource implements Source {
  readonly #secret: Uint8Array | null;
  readonly #modules: ObjectSourceModules;

  constructor(options: { secret: Uint8Array | null }, modules: ObjectSourceModules) {
    this.#secret = options.secret;
    this.#modules = modules;
  }

  async *listDatasets(
    filter: DatasetFilter,
    signal: AbortSignal,
    onWarning?: OnListingWarning,
  ): AsyncIterable<DatasetInfo> {
    const basePath = filter.basePath ?? null;
    const locks = (await this.#modules.locks?.()) ?? (() => []);
    const modules = this.#modules;
    for await (const stored of storedDatasets(basePath, this.#secret, modules, signal, onWarning)) {
      if (filter.tree !== undefined && stored.record.tree !== filter.tree) continue;
      const info = storedInfo(stored);
      yield { ...info, lockedBy: locks(info) };
    }
  }

  /** Its pages may go with a prune. */
  async bookmark(): Promise<null> {
    return null;
  }

  async open(ref: DatasetRef, signal: AbortSignal): Promise<DatasetReader> {
    const { stored, repository } = await this.locateTrusted(ref, signal);
    return new ObjectDatasetReader(stored, { repository, store: this.#modules.store });
  }

  /** As `locate`; `dataset_untrusted` when nobody we trust has signed it. */
  async locateTrusted(
    ref: DatasetRef,
    signal: AbortSignal,
  ): Promise<{ stored: StoredDataset; repository: Repository }> {
    const found = await this.locate(ref, signal);
    requireTrusted(found.stored, found.repository, this.#modules);
    return found;
  }

  /** The record of a dataset, and its repository. `not_found` when it is not in the account. */
  async locate(
    ref: DatasetRef,
    signal: AbortSignal,
  ): Promise<{ stored: StoredDataset; repository: Repository }> {
    const found = await this.#find(ref, signal);
    if (found === null) {
      const shown = 'number' in ref ? ref.number : ref.id;
      throw new DmError(
        'not_found',
        `dataset ${shown} is not in this object account; see \`dm datasets list --account-id\``,
      );
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #find(
    ref: DatasetRef,
    signal: AbortSignal,
  ): Promise<{ stored: StoredDataset; repository: Repository } | null> {
    const { store } = this.#modules;
    if ('number' in ref) {
      const numbered = await readNumber(store, ref.number, signal);
      if (numbered === null) return null;
      const repository = await this.#open(numbered.basePath, signal);
      const stored =
        repository &&
        (await numberedDataset(repository, ref.number, numbered, this.#modules, signal));
      return repository && stored && { stored, repository };
    }
    const paths =
      ref.basePath === undefined
        ? (await (this.#modules.paths ?? new BasePaths()).list(store, signal)).paths
        : [await repositoryAt(ref.basePath, this.#modules, signal)];
    for (const path of paths) {
      const repository = await this.#openFor(ref.id, path, signal);
      if (repository === null) continue;
      const stored = await repositoryDataset(repository, ref.id, this.#modules, signal);
      if (stored !== null) return { stored, repository };
    }
    return null;
  }

  /** Null also where it cannot be opened, unless it holds the dataset. */
  async #openFor(id: DatasetId, path: Uint8Array, signal: AbortSignal): Promise<Repository | null> {
    try {
      return await this.#open(path, signal);
    } catch (error) {
      const why = ofOneOnly(error);
      if ((await recordKeyOf(new RepositoryLayout(path), id, this.#modules, signal)) !== null)
        throw why;
      return null;
    }
  }

  #open(basePath: Uint8Array, signal: AbortSignal): Promise<Repository | null> {
    return openRepository(basePath, this.#secret, this.#modules, signal);
  }
}
