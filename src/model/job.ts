import type { ErrorCode } from './error-codes.js';
import type { DatasetId, JobId, PolicyId } from './ids.js';
import type { Priority } from './policy.js';
import type { PolicyPlace } from './policy-place.js';
import type { RunOptions } from './run-options.js';
import { NO_DETAILS, type TransferDetails } from './transfer-details.js';

export type JobType =
  | 'DATASET_CREATION_JOB'
  | 'DATASET_BASELINE_COPY_JOB'
  | 'DATASET_INCREMENTAL_COPY_JOB'
  | 'DATASET_EXPIRATION_JOB';

export const JOB_STATES = [
  'pending',
  'running',
  'paused',
  'finishing',
  'failing',
  'cancelling',
  'cancelled',
  'failed',
  'finished',
] as const;
export type JobState = (typeof JOB_STATES)[number];

export function isJobState(text: string): text is JobState {
  return JOB_STATES.some((state) => state === text);
}

export const ENDED_STATES: ReadonlySet<JobState> = new Set(['cancelled', 'failed', 'finished']);

export interface JobProgress {
  readonly phase: string;
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface JobStatistics {
  readonly files: number;
  readonly dirs: number;
  readonly symlinks: number;
  readonly hardlinks: number;
  readonly special: number;
  readonly bytesRead: number;
  readonly bytesSent: number;
  readonly bytesChanged: number;
  readonly deleted: number;
  readonly moved: number;
  readonly fullCopies: number;
  readonly repaired: number;
  readonly details: TransferDetails;
}

export const NO_PROGRESS: JobProgress = {
  phase: '',
  filesDone: 0,
  filesTotal: 0,
  bytesDone: 0,
  bytesTotal: 0,
};

export const NO_STATISTICS: JobStatistics = {
  files: 0,
  dirs: 0,
  symlinks: 0,
  hardlinks: 0,
  special: 0,
  bytesRead: 0,
  bytesSent: 0,
  bytesChanged: 0,
  deleted: 0,
  moved: 0,
  fullCopies: 0,
  repaired: 0,
  details: NO_DETAILS,
};

/** A dataset that a job found to have outlived its retention. */
export interface JobDataset {
  readonly number: number;
  readonly id: DatasetId;
  /** As people see it. */
  readonly basePath: string;
}

/** What an expiration has done; of the lists, the first 1,000. */
export interface JobExpiry {
  readonly expiredTotal: number;
  readonly freedBytes: number;
  readonly expired: readonly JobDataset[];
  readonly lockedTotal: number;
  readonly locked: readonly (JobDataset & { readonly lockedBy: readonly string[] })[];
}

export const NO_EXPIRY: JobExpiry = {
  expiredTotal: 0,
  freedBytes: 0,
  expired: [],
  lockedTotal: 0,
  locked: [],
};

export interface Job {
  readonly id: JobId;
  readonly state: JobState;
  readonly type: JobType;
  readonly policyId: PolicyId;
  readonly policyName: string;
  readonly priority: Priority;
  readonly options: RunOptions;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  /** Dataset numbers at the source and at the target place; null until known. */
  readonly sourceDataset: number | null;
  readonly targetDataset: number | null;
  /** Number at the source of what an increment is the difference to; null of a baseline, absent in jobs of older releases. */
  readonly baseDataset?: number | null;
  /** The dataset at the source, whatever its number at another place; null until known, absent in jobs of older releases. */
  readonly sourceDatasetId?: DatasetId | null;
  /**
   * When the dataset was made at its origin; null until known, absent in jobs of older releases.
   */
  readonly datasetCreatedAtMs?: number | null;
  /** Job of the parent policy whose end started this one; absent in jobs of older releases. */
  readonly parentJob?: JobId | null;
  /** Account of the agent that does the work; absent or null for this one. */
  readonly newTasksAccountId?: string | null;
  /** Of an expiration; absent in other jobs. */
  readonly expiry?: JobExpiry;
  /** Where its dataset is, or will be; absent in jobs of older releases, and before it has begun. */
  readonly place?: PolicyPlace;
  readonly partial: boolean;
  /** Asked to pause, and not paused yet; absent in jobs of older releases. */
  readonly pausing?: boolean;
  /** A copy that is to end with what has arrived. */
  readonly completePartial: boolean;
  readonly retry: {
    readonly count: number;
    readonly nextAtMs: number | null;
    readonly reason: string;
  };
  readonly progress: JobProgress;
  readonly statistics: JobStatistics;
  readonly failedTotal: number;
  readonly warnings: readonly { readonly path: Uint8Array; readonly code: string }[];
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
}
