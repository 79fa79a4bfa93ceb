import type { DatasetInfo } from '../model/dataset.js';
import type { ChangeCounts } from './change-counts.js';
import type { DatasetRef } from './source.js';
import type { Retention, TargetStatistics } from './target.js';

export interface CreateDatasetRequest {
  readonly basePath: Uint8Array;
  readonly name: string;
  readonly excludes: readonly string[];
  readonly snapshot: 'auto' | 'none';
  readonly retention: Retention;
  /** Go on although the base path is empty or on another device than last time. */
  readonly acceptSource: boolean;
  readonly partial: 'allow' | 'fail';
  /** Same id, same dataset: a request repeated after a lost reply does not make a second one. */
  readonly requestId: string;
}

export type PreviewRequest = Pick<CreateDatasetRequest, 'basePath' | 'excludes' | 'acceptSource'>;

/** What a dataset of a tree would be if it were made now. */
export interface DatasetPreview {
  /** True when the tree has no dataset yet to differ from. */
  readonly isFirst: boolean;
  /** Names it would have, and the size of its files. */
  readonly entries: number;
  readonly bytes: number;
  /** Against the dataset that the tree stands at. */
  readonly changes: ChangeCounts;
}

export interface BadEntry {
  /** Path below the base, components joined by "/". */
  readonly path: Uint8Array;
  readonly code: string;
  readonly message: string;
}

export interface CreateProgress {
  readonly phase: string;
  readonly entries: number;
  readonly bytesDone: number;
  /** 0 when not known. */
  readonly bytesTotal: number;
  /**
   * What could not be captured, found since the last report; told before `create` ends or fails.
   */
  readonly failures: readonly BadEntry[];
  /**
   * Told once, at the end; not of a dataset that had been made before,
   * nor by an agent that does not count.
   */
  readonly made?: MadeStatistics;
}

/** What differs in a dataset that was made from the one before it. */
export interface MadeStatistics {
  readonly statistics: TargetStatistics;
  /** Bytes of files that were read. */
  readonly bytesRead: number;
}

export interface VerifyProgress {
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Found since the last report. */
  readonly bad: readonly BadEntry[];
}

export interface VerifyResult {
  readonly files: number;
  readonly bytes: number;
  readonly bad: number;
  /** Digests that did not exist before and were made now. */
  readonly digestsMade: number;
}

/** A place that makes, checks and deletes its own datasets. */
export interface DatasetMaker {
  /**
   * Durable when it resolves. Fails with `source_missing`, `source_suspicious`,
   * `no_space`, or `partial` when `partial` is 'fail'.
   */
  create(
    request: CreateDatasetRequest,
    onProgress: (progress: CreateProgress) => void,
    signal: AbortSignal,
  ): Promise<DatasetInfo>;
  /** Looks at the tree and keeps nothing. Fails as `create` does. */
  preview(request: PreviewRequest, signal: AbortSignal): Promise<DatasetPreview>;
  /** Re-reads every byte at that place and compares it with the digests. */
  verify(
    ref: DatasetRef,
    onProgress: (progress: VerifyProgress) => void,
    signal: AbortSignal,
  ): Promise<VerifyResult>;
  /**
   * Checks that everything of the dataset is there, without reading what
   * files hold. Only where that can be told.
   */
  verifyQuick?(
    ref: DatasetRef,
    onProgress: (progress: VerifyProgress) => void,
    signal: AbortSignal,
  ): Promise<VerifyResult>;
}
