import { PRE_REPAIR } from '../../model/dataset.js';
import type { ShownDataset } from './unique-bytes.js';

interface Waiting {
  readonly view: ShownDataset;
  readonly tree: string;
  /** Datasets of its tree up to and with itself that count among the newest. */
  readonly upTo: number;
}

/**
 * Rows of datasets, ascending by number, for people: where the period of one is over and it stays
 * because it is among the newest of its tree, that is said in place of a time that has passed. A row
 * waits only until as many newer ones of its tree have come as its reserve has.
 */
export async function* withKept(
  found: AsyncIterable<ShownDataset>,
  nowMs: number,
): AsyncGenerator<object> {
  const counts = new Map<string, number>();
  const waiting: Waiting[] = [];
  for await (const view of found) {
    const tree = `${view.tree} ${view.dataset_base_path}`;
    const upTo = (counts.get(tree) ?? 0) + (view.name === PRE_REPAIR ? 0 : 1);
    counts.set(tree, upTo);
    waiting.push({ view, tree, upTo });
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const newer = (counts.get(first.tree) ?? 0) - first.upTo;
      if (isPast(first.view, nowMs) && newer < first.view.dataset_reserve) break;
      yield first.view;
      waiting.shift();
    }
  }
  for (const { view, tree, upTo } of waiting) {
    const isKept = (counts.get(tree) ?? 0) - upTo < view.dataset_reserve;
    yield isKept && isPast(view, nowMs) ? { ...view, expires_at: 'kept (reserve)' } : view;
  }
}

function isPast({ expires_at }: ShownDataset, nowMs: number): boolean {
  return expires_at !== '' && Date.parse(expires_at) <= nowMs;
}
