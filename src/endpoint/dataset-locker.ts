import type { DatasetId } from '../model/ids.js';

/**
 * A place of somebody else, where datasets are kept from expiring for
 * as long as they are needed here.
 */
export interface DatasetLocker {
  /**
   * Keeps a dataset for `holder`, a name of the caller's own, and no longer the
   * one that it had before. Lapses 30 days after the last contact. Errors:
   * `not_found`, `refused`, `quota_exceeded`.
   */
  hold(
    holder: string,
    dataset: { readonly id: DatasetId; readonly basePath: Uint8Array },
    signal: AbortSignal,
  ): Promise<void>;
  /** The holder needs nothing any more; right also when it holds nothing. */
  release(holder: string, signal: AbortSignal): Promise<void>;
}
