import type { DatasetId, SystemGuid } from '../../../model/ids.js';
import type { Retention, TargetStatistics } from '../../target.js';
import type { FileIdentity } from '../layout/data-root.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import type { LocalTreeId } from '../layout/local-tree.js';
import type { WantedProvider } from './providers/choose-provider.js';
import type { ScanFailure } from './scan-result.js';

/** What a capture is to do. Plain values: it crosses into a worker thread. */
export interface CaptureInput {
  /** Absolute path of the data root that holds the base path. */
  readonly root: Uint8Array;
  /** Absolute. */
  readonly basePath: Uint8Array;
  readonly name: string;
  /** Gitignore patterns, anchored at the base path. */
  readonly excludes: readonly string[];
  readonly provider: WantedProvider;
  readonly retention: Retention;
  readonly system: SystemGuid;
  /** Take an empty base path, or one on another device than last time, for what it is. */
  readonly acceptSource: boolean;
  /** `fail`: no dataset is made when anything could not be captured. */
  readonly partial: 'allow' | 'fail';
  /** Percent of the file system that a capture by copies leaves free, 0 to 99. */
  readonly minFreePercent: number;
  /** The directories `.datamover` of the other roots of this agent. */
  readonly otherPrivateDirectories: readonly FileIdentity[];
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Id of the new dataset, random; chosen by the caller so that it can be found again after a kill. */
  readonly id: DatasetId;
}

export interface CaptureProgress {
  readonly phase: 'scanning' | 'capturing' | 'writing';
  readonly entries: number;
  readonly files: number;
  readonly bytes: bigint;
  /** Known while capturing. */
  readonly totalFiles?: number;
  readonly totalBytes?: bigint;
  /** What could not be captured, once it is known: some of it each time. */
  readonly failures?: readonly ScanFailure[];
}

export interface CaptureResult {
  readonly record: DatasetRecord;
  readonly localTree: LocalTreeId;
  /** Why the provider was chosen. */
  readonly reason: string;
  /** What could not be captured, the first 1,000; their number is that of the exceptions map. */
  readonly failures: readonly ScanFailure[];
  readonly warningCount: number;
  /** Regular files with new content, and inodes that are gone. */
  readonly changedFiles: number;
  readonly removed: number;
  /** What differs from the dataset before. */
  readonly statistics: TargetStatistics;
  /** Bytes of files that were read. */
  readonly bytesRead: number;
}
