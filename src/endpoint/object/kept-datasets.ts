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

/** By which clocks of several agents may differ. */
const CLOCK_DIFFERENCE_MS = 600_000;

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
 * The dataset whose record was written last; null when there is none. One that was written while its agent's clock was ahead is
 * only taken when there is no other: all that come until then would be increments of it.
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
  const ahead = layout.datasetsFrom(now() + CLOCK_DIFFERENCE_MS);
  const isAhead = (key: string): boolean => key > ahead;
  const newestFirst = keys.reverse();
  const inOrder = [...newestFirst.filter((key) => !isAhead(key)), ...newestFirst.filter(isAhead)];
  for (const key of inOrder) {
    if (await isDeleted(key, { layout, store }, signal)) continue;
    return readDataset(repository, key, { store }, signal);
  }
  return null;
}
