import type { JobQueue } from '../../job/job-queue.js';
import { LOOPBACK_ACCOUNT_ID } from '../../model/ids.js';
import type { Job } from '../../model/job.js';
import { findingsOf, stateLost } from '../../observe/findings.js';
import { type ClockGuard, describeSuspicion } from '../../policy/clock-guard.js';
import { exceedsRpo } from '../../policy/rpo-alert.js';
import type { PolicyStatus } from '../../rpc/generated/control/datamover/v1/PolicyStatus.js';
import type { Status } from '../../rpc/generated/control/datamover/v1/Status.js';
import type { StatusJob } from '../../rpc/generated/control/datamover/v1/StatusJob.js';
import type { StateDatabase } from '../../state/database.js';
import type { Clock } from '../../util/clock.js';
import { escapePath, parseEscaped } from '../../util/escape.js';
import type { LocalTrees, TreeOverview } from '../local-trees.js';
import type { Overview, PolicyOverview } from '../overview.js';
import { stateLoss } from '../state-watch.js';
import { pathFields, timeText } from './views.js';

export interface StatusModules {
  readonly overview: Overview;
  readonly queue: JobQueue;
  readonly trees: LocalTrees;
  readonly localAccountId: string;
  readonly minFreePercent: number;
  readonly clock: Clock;
  readonly clockGuard: Pick<ClockGuard, 'suspicion'>;
  readonly database: Pick<StateDatabase, 'check'>;
}

/** `dm status`: from what this agent knows; nobody is called for it. */
export function statusHandlers(modules: StatusModules) {
  const {
    overview,
    queue,
    trees: local,
    localAccountId,
    minFreePercent,
    clock,
    clockGuard,
  } = modules;
  return {
    getStatus: async (): Promise<Status> => {
      const nowMs = clock.now();
      const loss = await stateLoss(modules.database);
      // All that follows is read from the state.
      if (loss !== null) {
        return { well: false, checked_at: timeText(nowMs), problems: [stateLost(loss)] };
      }
      const policies = await overview.policies();
      const jobs = await queue.unfinished();
      const trees = (await local.list(nowMs)).map((tree) => ({
        ...tree,
        ...copiesOf(tree, policies, localAccountId),
      }));
      const filesystems = overview.roots();
      const { problems, notes } = findingsOf({
        nowMs,
        minFreePercent,
        clockSuspicion:
          clockGuard.suspicion === null ? null : describeSuspicion(clockGuard.suspicion),
        policies: policies.map(({ policy, outcome }) => ({
          policy,
          last: outcome?.last ?? null,
          rpoExceeded: exceedsRpo(policy, outcome, nowMs),
        })),
        jobs,
        certificates: await overview.certificates(),
        trees: trees.map((tree) => ({
          ...tree,
          path: escapePath(tree.path),
          unentered: tree.unentered.map(escapePath),
        })),
        roots: filesystems.map(({ path, filesystem }) => ({
          path: escapePath(path),
          freeBytes: filesystem.freeBytes,
          totalBytes: filesystem.totalBytes,
        })),
      });
      return {
        well: problems.length === 0,
        checked_at: timeText(nowMs),
        problems: [...problems],
        notes: [...notes],
        policies: policies.filter(isOfInterest).map((one) => policyStatus(one, nowMs)),
        trees: trees.map((tree) => ({
          ...pathFields(tree.path),
          role: tree.role,
          datasets: tree.datasets,
          newest_dataset_at: timeText(tree.newestAtMs),
          age_seconds: ageSeconds(tree.newestAtMs, nowMs),
          copied_to: tree.copiedTo,
          never_copied_to: tree.neverCopiedTo,
          overdue_datasets: tree.overdue,
        })),
        jobs: jobs.map(jobStatus),
        roots: filesystems.map(({ path, filesystem, snapshotBytes }) => ({
          ...pathFields(path),
          ...(snapshotBytes !== null && { snapshot_bytes: snapshotBytes }),
          free_bytes: Number(filesystem.freeBytes),
          total_bytes: Number(filesystem.totalBytes),
        })),
      };
    },
  };
}

/** A restore that has succeeded neither keeps anything up to date nor runs again. */
function isOfInterest({ policy: { rule, spent }, outcome }: PolicyOverview): boolean {
  const isRestore = rule.type === 'COPY' && !rule.createDatasetOnTarget;
  return !(isRestore && spent && outcome?.last.state === 'finished');
}

/** Where enabled policies of this agent copy a tree, as PLACE:PATH, and which have never done it. */
function copiesOf(
  tree: TreeOverview,
  policies: readonly PolicyOverview[],
  localAccountId: string,
): { copiedTo: string[]; neverCopiedTo: string[] } {
  const copies = policies.filter(
    ({ policy: { enabled, rule } }) =>
      enabled &&
      rule.type === 'REPEAT_COPY' &&
      [localAccountId, LOOPBACK_ACCOUNT_ID].includes(rule.sourceAccountId) &&
      parseEscaped(rule.sourceBasePath).equals(tree.path),
  );
  const shown = ({ place, path }: PolicyOverview) => `${place}:${path}`;
  const never = copies.filter(({ outcome }) => (outcome?.success ?? null) === null);
  return { copiedTo: copies.map(shown), neverCopiedTo: never.map(shown) };
}

function policyStatus(
  { policy, place, path, outcome }: PolicyOverview,
  nowMs: number,
): PolicyStatus {
  const newestAtMs = outcome?.success?.datasetCreatedAtMs ?? null;
  return {
    id: policy.id,
    name: policy.name,
    type: policy.rule.type,
    enabled: policy.enabled,
    place,
    path,
    newest_dataset_at: timeText(newestAtMs),
    age_seconds: ageSeconds(newestAtMs, nowMs),
    last_success_at: timeText(outcome?.success?.endedAtMs ?? null),
    last_result: outcome?.last.state ?? '',
    last_job_id: outcome?.last.jobId ?? 0,
    next_run_at: policy.enabled && !policy.spent ? timeText(policy.nextRunAtMs) : '',
  };
}

function jobStatus(job: Job): StatusJob {
  return {
    id: job.id,
    policy_name: job.policyName,
    state: job.state,
    bytes_done: job.progress.bytesDone,
    bytes_total: job.progress.bytesTotal,
    retries: job.retry.count,
    reason: job.retry.reason,
  };
}

function ageSeconds(atMs: number | null, nowMs: number): number {
  return atMs === null ? 0 : Math.max(0, Math.round((nowMs - atMs) / 1_000));
}
