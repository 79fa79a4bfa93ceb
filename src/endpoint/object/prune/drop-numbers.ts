import { datasetOfKey, RepositoryLayout } from '../../../repository/object-layout.js';
import { lookAhead } from '../../../util/look-ahead.js';
import { keysBelow } from '../get-object.js';
import type { StoredNumber } from './number-reads.js';
import type { PruneModules } from './prune-types.js';

const HEADS_AHEAD = 8;

/**
 * Drops the numbers of datasets of the repository that are gone, if they are older than `olderThanMs` by the store's clock; a
 * younger one may wait for its record. Each repository keeps its newest number: it says where the repository is, and
 * the next numbers of the account are counted on from the newest of all. Returns how many went, or would have gone.
 */
export async function dropNumbers(
  { olderThanMs, dryRun }: { olderThanMs: number; dryRun: boolean },
  { repository, store, numbers }: PruneModules,
  signal: AbortSignal,
): Promise<number> {
  const { prefix, datasets } = repository.layout;
  const now = await store.now(signal);
  const own: StoredNumber[] = [];
  for await (const number of numbers.list(store, signal)) {
    if (new RepositoryLayout(number.basePath).prefix === prefix) own.push(number);
  }
  own.pop();
  // After the numbers were listed: a record comes after its number.
  const live = new Set<string>();
  for await (const key of keysBelow(store, datasets, signal)) {
    const dataset = datasetOfKey(key);
    if (dataset !== null) live.add(dataset);
  }
  const dropped = own
    .filter(({ dataset, modifiedAtMs }) => !live.has(dataset) && now - modifiedAtMs >= olderThanMs)
    .map(({ key }) => key);
  if (dryRun) return dropped.length;
  // A backup that was interrupted for long renews its number before it puts its record.
  const gone = lookAhead(dropped, HEADS_AHEAD, async (key) => {
    const there = await store.head(key, signal);
    return there !== null && now - there.modifiedAtMs >= olderThanMs ? key : null;
  });
  const still: string[] = [];
  for await (const key of gone) if (key !== null) still.push(key);
  await store.delete(still, signal);
  return still.length;
}
