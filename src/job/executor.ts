import type { DatasetId } from '../model/ids.js';
import type { Job, JobExpiry, JobProgress, JobStatistics, JobType } from '../model/job.js';
import type { PolicyPlace } from '../model/policy-place.js';
import type { JobFailure } from './job-store.js';

/** What a job reports while it runs. Everything is absolute, so reporting twice does no harm. */
export interface JobReport {
  readonly type?: JobType;
  readonly sourceDataset?: number | null;
  readonly targetDataset?: number | null;
  readonly baseDataset?: number | null;
  readonly sourceDatasetId?: DatasetId | null;
  readonly datasetCreatedAtMs?: number | null;
  readonly newTasksAccountId?: string | null;
  readonly progress?: Partial<JobProgress>;
  readonly statistics?: Partial<JobStatistics>;
  readonly warnings?: Job['warnings'];
  readonly expiry?: JobExpiry;
  readonly place?: PolicyPlace;
}

export interface JobContext {
  /** Aborts when the agent stops: what is to be done behind an abort of the work's signal is to be short then. */
  readonly shutdown: AbortSignal;
  /** The job as it was when this attempt began. */
  readonly job: Job;
  readonly report: (change: JobReport) => void;
  /** Records entries that could not be done; kept with the job, each path once. */
  readonly recordFailures: (failures: readonly JobFailure[]) => void;
}

/**
 * Does the work of a job. Called again with the same job after a transient error, a
 * pause, or a restart of the agent, and goes on from where the places say it was.
 * Throws DmError; `transient` ones are retried.
 */
export type JobExecutor = (
  context: JobContext,
  signal: AbortSignal,
) => Promise<{ partial: boolean }>;
