import type { RepositoryLayout } from '../../repository/object-layout.js';
import type { ObjectStore } from '../../repository/object-store.js';
import { keysBelow } from './get-object.js';
import type { Repository } from './repository.js';

export interface DeletionModules {
  readonly layout: RepositoryLayout;
  readonly store: ObjectStore;
}

/** Deletes a record: with it its dataset is gone. A mark comes before, for who puts the record anew, and for who has seen it. */
export async function deleteRecord(
  key: string,
  { layout, store }: DeletionModules,
  signal: AbortSignal,
): Promise<void> {
  await store.put(layout.deletion(key), Buffer.from('{"format":1}'), {}, signal);
  await store.delete([key], signal);
}

/** Whether a dataset was deleted: from just before its record goes until the mark of it is old. */
export async function isDeleted(
  recordKey: string,
  { layout, store }: DeletionModules,
  signal: AbortSignal,
): Promise<boolean> {
  return (await store.head(layout.deletion(recordKey), signal)) !== null;
}

/**
 * Deletes records that were put again while they were being deleted, by one that was killed before it looked; and marks that are
 * older than `olderThanMs`, by the store's clock. Those of datasets that nothing newer came after stay: they tell that the
 * newest was deleted, and not lost.
 */
export async function settleDeletions(
  { olderThanMs }: { olderThanMs: number },
  { repository, store }: { readonly repository: Repository; readonly store: ObjectStore },
  signal: AbortSignal,
): Promise<void> {
  const { layout } = repository;
  for await (const page of store.list(layout.deletions, { keysOnly: true }, signal)) {
    const records = page.map(({ key }) => layout.recordOfDeletion(key));
    if (records.length > 0) await store.delete(records, signal);
  }
  const now = await store.now(signal);
  // One that was made while a clock was ahead need not be newer.
  const ahead = layout.datasetsFrom(now);
  let newest = '';
  for await (const key of keysBelow(store, layout.datasets, signal)) if (key < ahead) newest = key;
  for await (const page of store.list(layout.deletions, {}, signal)) {
    const old = page
      .filter(({ modifiedAtMs }) => now - modifiedAtMs >= olderThanMs)
      .map(({ key }) => key)
      .filter((key) => layout.recordOfDeletion(key) < newest);
    if (old.length > 0) await store.delete(old, signal);
  }
}
