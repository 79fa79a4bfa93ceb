import type { DatasetInfo } from '../model/dataset.js';
import { DmError } from '../model/error.js';
import type { DatasetId } from '../model/ids.js';
import { overdueDatasets } from '../model/retention.js';

export interface ExpiredDataset {
  readonly number: number;
  readonly id: DatasetId;
  readonly basePath: Uint8Array;
}

/** A dataset whose retention is over, and who needs it still. */
export interface LockedDataset extends ExpiredDataset {
  readonly lockedBy: readonly string[];
}

export interface ExpiryProgress {
  /** Gone since the last report. */
  readonly expired: readonly ExpiredDataset[];
  /** Room that came free since the last report. */
  readonly freedBytes: number;
}

export interface ExpiryResult {
  readonly locked: readonly LockedDataset[];
}

/** A place that removes the datasets whose retention there is over. */
export interface DatasetExpirer {
  /**
   * Removes them one after the other, oldest first, and their room with them. What is locked, or
   * being read, stays and is told. Safe to begin again after any interruption. Error:
   * `clock_suspect` while the clock of the place is not to be trusted.
   */
  expire(
    onProgress: (progress: ExpiryProgress) => void,
    signal: AbortSignal,
  ): Promise<ExpiryResult>;
}

export interface ExpiryWork {
  /** Of the place: the reserve counts all of a tree. */
  list(signal: AbortSignal): AsyncIterable<DatasetInfo>;
  /** Whether an overdue dataset is to go now; all are unless given. */
  isMeant?(dataset: DatasetInfo): boolean;
  /** Who needs a dataset, asked right before it would go: it may be hours since it was listed. */
  lockedBy(dataset: DatasetInfo): Promise<readonly string[]>;
  /**
   * Returns the bytes that came free. `in_use` when somebody needs it,
   * `not_found` when it is gone already.
   */
  remove(dataset: DatasetInfo, signal: AbortSignal): Promise<number>;
  /** The time, if the clock can be trusted; else `clock_suspect`. */
  now(): Promise<number>;
}

/** Expiry at a place that lists its datasets and removes one at a time. */
export async function expireDatasets(
  work: ExpiryWork,
  onProgress: (progress: ExpiryProgress) => void,
  signal: AbortSignal,
): Promise<ExpiryResult> {
  const nowMs = await work.now();
  const present: DatasetInfo[] = [];
  for await (const dataset of work.list(signal)) present.push(dataset);
  const locked: LockedDataset[] = [];
  for (const dataset of overdueDatasets(present, nowMs)) {
    signal.throwIfAborted();
    if (work.isMeant?.(dataset) === false) continue;
    const { number, id, basePath } = dataset;
    const lockedBy = dataset.lockedBy.length > 0 ? dataset.lockedBy : await work.lockedBy(dataset);
    if (lockedBy.length > 0) {
      locked.push({ number, id, basePath, lockedBy });
      continue;
    }
    try {
      const freedBytes = await work.remove(dataset, signal);
      onProgress({ expired: [{ number, id, basePath }], freedBytes });
    } catch (error) {
      if (!(error instanceof DmError)) throw error;
      if (error.code === 'in_use') locked.push({ number, id, basePath, lockedBy: ['reader'] });
      else if (error.code !== 'not_found') throw error;
    }
  }
  return { locked };
}
