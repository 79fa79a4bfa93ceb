import { type DatasetInfo, PRE_REPAIR } from './dataset.js';

/** What decides whether a dataset may go. */
export type KeptDataset = Pick<
  DatasetInfo,
  'number' | 'tree' | 'basePath' | 'name' | 'committedAtMs' | 'expiresAtMs' | 'reserve'
>;

/**
 * The datasets whose retention at a place is over, oldest first: their period has
 * passed, and they are not among the newest of their tree that they ask to be. What a
 * repair has kept is not counted among those.
 */
export function overdueDatasets<T extends KeptDataset>(
  datasets: readonly T[],
  nowMs: number,
): readonly T[] {
  const newer = new Map<string, number>();
  const overdue: T[] = [];
  for (const dataset of [...datasets].sort((a, b) => b.number - a.number)) {
    const tree = `${dataset.tree} ${Buffer.from(dataset.basePath).toString('latin1')}`;
    const position = newer.get(tree) ?? 0;
    if (dataset.name !== PRE_REPAIR) newer.set(tree, position + 1);
    if (dataset.expiresAtMs === null || dataset.expiresAtMs > nowMs) continue;
    if (position >= dataset.reserve) overdue.push(dataset);
  }
  return overdue.reverse();
}
