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
  for (const dataset of newestFirst(datasets)) {
    const tree = treeOf(dataset);
    const position = newer.get(tree) ?? 0;
    if (dataset.name !== PRE_REPAIR) newer.set(tree, position + 1);
    if (dataset.expiresAtMs === null || dataset.expiresAtMs > nowMs) continue;
    if (position >= dataset.reserve) overdue.push(dataset);
  }
  return overdue.reverse();
}

/** When datasets were committed that say they were after `nowMs`, or after a later one of their tree. */
export function datesNoLaterThan<T extends KeptDataset>(
  datasets: readonly T[],
  nowMs: number,
): ReadonlyMap<T, number> {
  const latest = new Map<string, number>();
  const dates = new Map<T, number>();
  for (const dataset of newestFirst(datasets)) {
    const tree = treeOf(dataset);
    const limit = latest.get(tree) ?? nowMs + 1;
    const { committedAtMs } = dataset;
    // Apart from the later one, which tells their order.
    if (committedAtMs > limit || committedAtMs > nowMs) dates.set(dataset, limit - 1);
    latest.set(tree, Math.min(committedAtMs, dates.get(dataset) ?? committedAtMs));
  }
  return dates;
}

function newestFirst<T extends KeptDataset>(datasets: readonly T[]): readonly T[] {
  return [...datasets].sort((a, b) => b.number - a.number);
}

function treeOf({ tree, basePath }: KeptDataset): string {
  return `${tree} ${Buffer.from(basePath).toString('latin1')}`;
}
