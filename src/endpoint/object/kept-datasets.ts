import type { DatasetId } from '../../model/ids.js';
import { datasetOfKey } from '../../repository/object-layout.js';
import type { ObjectStore } from '../../repository/object-store.js';
import { isDeleted } from './deletions.js';
import { keysBelow } from './get-object.js';
import type { Repository } from './repository.js';
import { readDataset } from './repository-datasets.js';
import type { StoredDataset } from './stored-dataset.js';

/*
 * Datasets as a writer may rely on them. One with the mark of its deletion is none, though its record is there still: the
 * deletion broke off, and the next prune would end it.
 */

export interface KeptModules {
  readonly store: ObjectStore;
}

/** The dataset with this id; null when the repository has none. A deletion of it that broke off is finished. */
export async function keptDataset(
  repository: Repository,
  id: DatasetId,
  { store }: KeptModules,
  signal: AbortSignal,
): Promise<StoredDataset | null> {
  const { layout } = repository;
  for await (const key of keysBelow(store, layout.datasets, signal)) {
    if (datasetOfKey(key) !== id) continue;
    if (!(await isDeleted(key, { layout, store }, signal))) {
      return readDataset(repository, key, { store }, signal);
    }
    await store.delete([key], signal);
  }
  return null;
}

/**
 * The dataset that was made last; null when there is none. Keys tell when each was made, by the clock of who made it: of those
 * that lie ahead of `now` and the last two others, one of which may have lain ahead until lately, the greatest number decides.
 */
export async function newestKept(
  repository: Repository,
  { store, now }: KeptModules & { readonly now: () => number },
  signal: AbortSignal,
): Promise<StoredDataset | null> {
  const { layout } = repository;
  const keys: string[] = [];
  for await (const key of keysBelow(store, layout.datasets, signal)) {
    if (datasetOfKey(key) !== null) keys.push(key);
  }
  const ahead = layout.datasetsFrom(now());
  let newest: StoredDataset | null = null;
  let looked = 0;
  for (const key of keys.reverse()) {
    if (await isDeleted(key, { layout, store }, signal)) continue;
    const stored = await readDataset(repository, key, { store }, signal);
    if (stored !== null && stored.record.number > (newest?.record.number ?? 0)) newest = stored;
    if (key <= ahead && ++looked === 2) break;
  }
  return newest;
}
