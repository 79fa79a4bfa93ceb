import type { ListingWarning } from '../../model/dataset.js';
import type { DmError } from '../../model/error.js';
import { datasetOfKey, RepositoryLayout } from '../../repository/object-layout.js';
import { escapePath } from '../../util/escape.js';
import type { OnListingWarning } from '../source.js';
import { BasePaths } from './base-paths.js';
import { keysBelow } from './get-object.js';
import { ofOneOnly } from './passed-over.js';
import { openRepository, type Repository } from './repository.js';
import {
  type ListingModules,
  lostNewest,
  readDataset,
  repositoryAt,
} from './repository-datasets.js';
import type { StoredDataset } from './stored-dataset.js';

interface Listing {
  readonly modules: ListingModules;
  readonly warn: OnListingWarning;
  readonly signal: AbortSignal;
}

/**
 * The datasets of one base path, or of all, ascending by number. A record that cannot be read is passed over with a warning, and
 * of all base paths those that cannot be opened, unless none can. One that is named must open.
 */
export async function* storedDatasets(
  basePath: Uint8Array | null,
  secret: Uint8Array | null,
  modules: ListingModules,
  signal: AbortSignal,
  onWarning: OnListingWarning = () => undefined,
): AsyncGenerator<StoredDataset, void> {
  const warn = (warning: ListingWarning): void => {
    modules.passedOver?.tell(warning);
    onWarning(warning);
  };
  const listing: Listing = { modules, warn, signal };
  const found: StoredDataset[] = [];
  if (basePath === null) {
    for (const repository of await openAll(secret, listing)) {
      found.push(...(await datasetsOf(repository, listing)));
    }
  } else {
    const path = await repositoryAt(basePath, modules, signal);
    const repository = await openOrMissed(path, secret, listing);
    if (repository !== null) found.push(...(await datasetsOf(repository, listing)));
  }
  yield* found.sort((a, b) => a.record.number - b.record.number);
}

/** Those that can be opened. Throws why the first cannot when that is so for all. */
async function openAll(
  secret: Uint8Array | null,
  listing: Listing,
): Promise<readonly Repository[]> {
  const { modules, signal, warn } = listing;
  const { paths, damaged } = await (modules.paths ?? new BasePaths()).list(modules.store, signal);
  const opened: Repository[] = [];
  const closed: DmError[] = [];
  for (const path of paths) {
    try {
      const repository = await openOrMissed(path, secret, listing);
      if (repository !== null) opened.push(repository);
    } catch (error) {
      closed.push(ofOneOnly(error));
    }
  }
  const [first] = closed;
  if (opened.length === 0 && first !== undefined) throw first;
  for (const { code, message } of [...closed, ...damaged]) {
    warn({ code, message: `passed over: ${message}` });
  }
  return opened;
}

/** Null when there is no repository; a warning when there was one. */
async function openOrMissed(
  path: Uint8Array,
  secret: Uint8Array | null,
  { modules, signal, warn }: Listing,
): Promise<Repository | null> {
  const repository = await openRepository(path, secret, modules, signal);
  if (repository !== null) return repository;
  const layout = new RepositoryLayout(path);
  const lost = await modules.newest?.lostNewest(layout, null, modules, signal);
  if (typeof lost === 'number') {
    warn({
      code: 'backup_missing',
      message: `backup ${escapePath(path)}, which had dataset ${lost}, is gone and no agent has deleted it; look at the store's own versions or another copy of it`,
    });
  }
  return null;
}

async function datasetsOf(
  repository: Repository,
  { modules, signal, warn }: Listing,
): Promise<readonly StoredDataset[]> {
  const { layout } = repository;
  const datasets: StoredDataset[] = [];
  for await (const key of keysBelow(modules.store, layout.datasets, signal)) {
    if (datasetOfKey(key) === null) continue;
    try {
      const dataset = await readDataset(repository, key, modules, signal);
      if (dataset !== null) datasets.push(dataset);
    } catch (error) {
      const { code, message } = ofOneOnly(error);
      warn({ code, message: `passed over: ${message}` });
    }
  }
  const lost = await lostNewest(repository, datasets, modules, signal);
  if (lost === null) return datasets;
  warn({
    code: 'newer_dataset_missing',
    message: `dataset ${lost}, the newest of backup ${layout.prefix} that was seen, is gone and no agent has deleted it: an older state of the store may have been put back; look at the store's own versions or another copy of it`,
  });
  const last = datasets.pop();
  if (last !== undefined) datasets.push({ ...last, rolledBack: true });
  return datasets;
}
