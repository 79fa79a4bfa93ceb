import type { JobQueue } from '../../job/job-queue.js';
import type { JobStore } from '../../job/job-store.js';
import { DmError } from '../../model/error.js';
import { type JobId, parseJobId } from '../../model/ids.js';
import {
  ENDED_STATES,
  isJobState,
  JOB_STATES,
  type Job,
  type JobDataset,
  type JobExpiry,
} from '../../model/job.js';
import { parseTime } from '../../model/parse-time.js';
import type { PolicyStore } from '../../policy/policy-store.js';
import type { FailedEntry } from '../../rpc/generated/control/datamover/v1/FailedEntry.js';
import type { Job as JobView } from '../../rpc/generated/control/datamover/v1/Job.js';
import type { JobExpiration } from '../../rpc/generated/control/datamover/v1/JobExpiration.js';
import type { JobHistoryQuery__Output } from '../../rpc/generated/control/datamover/v1/JobHistoryQuery.js';
import type { JobQuery__Output } from '../../rpc/generated/control/datamover/v1/JobQuery.js';
import type { JobRef__Output } from '../../rpc/generated/control/datamover/v1/JobRef.js';
import type { ModifyJobRequest__Output } from '../../rpc/generated/control/datamover/v1/ModifyJobRequest.js';
import type { Clock } from '../../util/clock.js';
import { failedEntryView, pathFields, timeText } from './views.js';

const LISTED_FOR_MS = 24 * 60 * 60 * 1000;
/** Ended jobs in one list; the newest. */
const MAX_ENDED = 1_000;
const ACTIONS = ['pause', 'resume', 'cancel', 'complete-partial'] as const;
/** Entries shown with a job; `jobs failures` gives all. */
const MAX_SHOWN = 1_000;
const ENDED: readonly string[] = [...ENDED_STATES];
const WATCH_INTERVAL_MS = 200;

export interface JobHandlerModules {
  readonly queue: JobQueue;
  readonly store: JobStore;
  readonly policies: Pick<PolicyStore, 'get'>;
  readonly clock: Clock;
}

/** The job commands of the control service. */
export function jobHandlers(modules: JobHandlerModules) {
  const { queue, store, policies, clock } = modules;
  const since = ({ after_time }: JobHistoryQuery__Output) =>
    after_time === '' ? clock.now() - LISTED_FOR_MS : parseTime(after_time, '--after-time');
  const endedSince = async (sinceMs: number, isWanted = (_job: Job) => true) => {
    const jobs: Job[] = [];
    for await (const job of store.ended(sinceMs)) {
      if (isWanted(job) && jobs.push(job) === MAX_ENDED) break;
    }
    return jobs;
  };
  const view = async (job: Job) => jobView(job, await firstFailures(store, job.id));
  return {
    listJobs: async ({ policy, states }: JobQuery__Output) => {
      const unknown = states.find((state) => !isJobState(state));
      if (unknown !== undefined) {
        throw new DmError(
          'invalid_argument',
          `--state "${unknown.slice(0, 40)}" must be one of ${JOB_STATES.join(', ')}`,
        );
      }
      const isWanted = ({ policyId, policyName, state }: Job) =>
        (policy === '' || policy === policyName || policy === `${policyId}`) &&
        (states.length === 0 || states.includes(state));
      const wantsEnded = states.length === 0 || states.some((state) => ENDED.includes(state));
      const jobs = wantsEnded ? await endedSince(clock.now() - LISTED_FOR_MS, isWanted) : [];
      for await (const { id } of store.open()) {
        const job = await queue.get(id);
        if (isWanted(job)) jobs.push(job);
      }
      // A policy that was deleted is known by its jobs only.
      if (jobs.length === 0 && policy !== '') await policies.get(policy);
      return { jobs: jobs.sort((a, b) => a.id - b.id).map((job) => jobView(job, [])) };
    },
    listHistoricalJobs: async (request: JobHistoryQuery__Output) => {
      const jobs = await endedSince(since(request));
      return { jobs: jobs.map((job) => jobView(job, [])) };
    },
    deleteHistoricalJobs: async (request: JobHistoryQuery__Output) => {
      const jobs = await endedSince(since(request));
      for (const job of jobs) await store.delete(job);
      return { deleted: jobs.length };
    },
    getJob: async (request: JobRef__Output) => view(await queue.get(parseJobId(request.id))),
    async *watchJob(request: JobRef__Output, signal: AbortSignal): AsyncIterable<JobView> {
      const id = parseJobId(request.id);
      const end = untilEnded(queue, id, signal);
      for await (const job of queue.watch(id, signal)) {
        const ended = ENDED_STATES.has(job.state);
        yield ended ? await view(job) : jobView(job, []);
        // The end is told at once.
        if (!ended) await Promise.race([clock.delay(WATCH_INTERVAL_MS, signal), end]);
      }
    },
    async *listJobFailures(request: JobRef__Output): AsyncIterable<FailedEntry> {
      const job = await queue.get(parseJobId(request.id));
      for await (const failure of store.failures(job.id)) yield failedEntryView(failure);
    },
    modifyJob: async (request: ModifyJobRequest__Output) => {
      const action = ACTIONS.find((one) => one === request.action);
      if (action === undefined) {
        throw new DmError(
          'invalid_argument',
          `--action "${request.action}" must be one of ${ACTIONS.join(', ')}`,
        );
      }
      return view(await queue.control(parseJobId(request.id), action));
    },
  };
}

/** Resolves when the job has ended or can no longer be watched. */
async function untilEnded(queue: JobQueue, id: JobId, signal: AbortSignal): Promise<void> {
  try {
    for await (const { state } of queue.watch(id, signal)) if (ENDED_STATES.has(state)) return;
  } catch {
    // Whoever watches the job beside this is told why.
  }
}

async function firstFailures(store: JobStore, job: JobId): Promise<FailedEntry[]> {
  const failures: FailedEntry[] = [];
  for await (const failure of store.failures(job)) {
    if (failures.push(failedEntryView(failure)) === MAX_SHOWN) break;
  }
  return failures;
}

function expirationView(expiry: JobExpiry): JobExpiration {
  return {
    expired_total: expiry.expiredTotal,
    freed_bytes: expiry.freedBytes,
    expired: expiry.expired.map(jobDatasetView),
    locked_total: expiry.lockedTotal,
    locked: expiry.locked.map((one) => ({ ...jobDatasetView(one), locked_by: [...one.lockedBy] })),
  };
}

function jobDatasetView({ number, id, basePath }: JobDataset) {
  return { id: number, dataset_global_id: id, dataset_base_path: basePath };
}

function jobView(job: Job, failures: FailedEntry[]): JobView {
  const { progress, statistics, retry } = job;
  return {
    id: job.id,
    state: job.state,
    type: job.type,
    policy_id: job.policyId,
    policy_name: job.policyName,
    priority: job.priority,
    source_dataset_id: job.sourceDataset ?? 0,
    target_dataset_id: job.targetDataset ?? 0,
    created_at: timeText(job.createdAtMs),
    started_at: timeText(job.startedAtMs),
    ended_at: timeText(job.endedAtMs),
    partial: job.partial,
    retry: { count: retry.count, next_at: timeText(retry.nextAtMs), reason: retry.reason },
    progress: {
      files_done: progress.filesDone,
      files_total: progress.filesTotal,
      bytes_done: progress.bytesDone,
      bytes_total: progress.bytesTotal,
      phase: progress.phase,
    },
    statistics: {
      files: statistics.files,
      dirs: statistics.dirs,
      symlinks: statistics.symlinks,
      hardlinks: statistics.hardlinks,
      special: statistics.special,
      bytes_read: statistics.bytesRead,
      bytes_sent: statistics.bytesSent,
      bytes_changed: statistics.bytesChanged,
      deleted: statistics.deleted,
      moved: statistics.moved,
      full_copies: statistics.fullCopies,
      repaired: statistics.repaired,
    },
    failed_total: job.failedTotal,
    failed_entries: failures,
    warnings: job.warnings
      .slice(0, MAX_SHOWN)
      .map(({ path, code }) => ({ ...pathFields(path), code })),
    error_code: job.error?.code ?? '',
    error_message: job.error?.message ?? '',
    new_tasks_account: job.newTasksAccountId ?? '',
    ...(job.expiry !== undefined && { expiration: expirationView(job.expiry) }),
  };
}
