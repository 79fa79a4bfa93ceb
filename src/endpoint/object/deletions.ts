import type { ObjectStore } from '../../repository/object-store.js';
import type { Repository } from './repository.js';

export interface DeletionModules {
  readonly repository: Repository;
  readonly store: ObjectStore;
}

/** Whether a dataset was deleted: from just before its record goes until the mark of it is old. */
export async function isDeleted(
  recordKey: string,
  { repository, store }: DeletionModules,
  signal: AbortSignal,
): Promise<boolean> {
  return (await store.head(repository.layout.deletion(recordKey), signal)) !== null;
}

/**
 * Deletes records that were put again while they were being deleted, by one that was killed before it looked; and marks that are
 * older than `olderThanMs`, by the store's clock.
 */
export async function settleDeletions(
  { olderThanMs }: { olderThanMs: number },
  { repository, store }: DeletionModules,
  signal: AbortSignal,
): Promise<void> {
  const { layout } = repository;
  const now = await store.now(signal);
  for await (const page of store.list(layout.deletions, {}, signal)) {
    const records = page.map(({ key }) => layout.recordOfDeletion(key));
    if (records.length === 0) continue;
    await store.delete(records, signal);
    const old = page.filter(({ modifiedAtMs }) => now - modifiedAtMs >= olderThanMs);
    if (old.length === 0) continue;
    await store.delete(
      old.map(({ key }) => key),
      signal,
    );
  }
}
