import type { DatasetInfo } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import { datesNoLaterThan } from '../../model/retention.js';
import type { LocalDatasets } from './local-datasets.js';
import type { OpenDatasets } from './open-datasets.js';

export interface RedateModules {
  readonly datasets: LocalDatasets;
  readonly holds: OpenDatasets;
  /** Shared with whoever makes and deletes datasets. */
  readonly trees: { exclusively<T>(path: Uint8Array, work: () => Promise<T>): Promise<T> };
}

/**
 * Datasets that were committed, as their records say, after `nowMs` or after a later one of their tree were dated by a clock
 * that was wrong. They are taken to have come right then, and their retention counts from there. Safe to be done again;
 * `in_use` when one of them is being read, and the others are done.
 */
export async function redateDatasets(
  nowMs: number,
  modules: RedateModules,
  signal: AbortSignal,
): Promise<void> {
  const present: DatasetInfo[] = [];
  for await (const dataset of modules.datasets.list({}, signal)) present.push(dataset);
  let busy: DmError | null = null;
  for (const [{ number }, atMs] of datesNoLaterThan(present, nowMs)) {
    try {
      await redate(number, atMs, modules);
    } catch (error) {
      if (!(error instanceof DmError) || !['in_use', 'not_found'].includes(error.code)) throw error;
      if (error.code === 'in_use') busy = error;
    }
  }
  if (busy !== null) throw busy;
}

async function redate(
  number: DatasetInfo['number'],
  committedAtMs: number,
  { datasets, holds, trees }: RedateModules,
): Promise<void> {
  const { tree, record } = await datasets.get({ number });
  await trees.exclusively(tree.basePath, async () => {
    // Readers write the record, too, when they have made digests.
    using _claim = holds.claimForDelete(tree.localTree, record.id);
    const { directory, record: latest } = await datasets.get({ number });
    const { periodSeconds } = latest.retention;
    const expiresAtMs = periodSeconds === null ? null : committedAtMs + periodSeconds * 1_000;
    directory.writeDataset({ ...latest, committedAtMs, expiresAtMs });
  });
}
