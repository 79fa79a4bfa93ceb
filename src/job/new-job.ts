import type { JobId } from '../model/ids.js';
import { type Job, NO_PROGRESS, NO_STATISTICS } from '../model/job.js';
import type { Policy } from '../model/policy.js';
import type { RunOptions } from '../model/run-options.js';

/** A job of `policy` as it is before it has begun. */
export function newJob(
  id: JobId,
  policy: Policy,
  run: {
    readonly type: Job['type'];
    readonly options: RunOptions;
    readonly createdAtMs: number;
    readonly parentJob: JobId | null;
  },
): Job {
  return {
    ...run,
    id,
    state: 'pending',
    policyId: policy.id,
    policyName: policy.name,
    priority: policy.priority,
    startedAtMs: null,
    endedAtMs: null,
    sourceDataset: null,
    targetDataset: null,
    partial: false,
    completePartial: false,
    retry: { count: 0, nextAtMs: null, reason: '' },
    progress: NO_PROGRESS,
    statistics: NO_STATISTICS,
    failedTotal: 0,
    warnings: [],
    error: null,
  };
}
