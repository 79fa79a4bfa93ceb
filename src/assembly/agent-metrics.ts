import type { JobQueue } from '../job/job-queue.js';
import type { Job } from '../model/job.js';
import { type EndedJob, Metrics } from '../observe/metrics.js';
import type { ClockGuard } from '../policy/clock-guard.js';
import { exceedsRpo, hasRpo } from '../policy/rpo-alert.js';
import type { Clock } from '../util/clock.js';
import { escapePath } from '../util/escape.js';
import type { LocalTrees } from './local-trees.js';
import type { Overview } from './overview.js';

/** Looking at every dataset costs more than a scrape may. */
const DATASETS_EVERY_MS = 300_000;

export interface AgentMetricsModules {
  readonly overview: Overview;
  readonly queue: () => JobQueue;
  readonly trees: LocalTrees;
  readonly clock: Clock;
  readonly clockGuard: Pick<ClockGuard, 'suspicion'>;
}

/** The metrics of this agent, filled from its parts. */
export function agentMetrics(modules: AgentMetricsModules): Metrics {
  const { overview, queue, trees, clock, clockGuard } = modules;
  let overdue = { atMs: Number.NEGATIVE_INFINITY, count: 0 };
  return new Metrics({
    snapshot: async () => {
      const nowMs = clock.now();
      // However the clock was set meanwhile.
      if (Math.abs(nowMs - overdue.atMs) >= DATASETS_EVERY_MS) {
        const all = await trees.list(nowMs);
        const count = all.reduce((sum, tree) => sum + tree.overdue, 0);
        overdue = { atMs: nowMs, count };
      }
      const jobs = await queue().unfinished();
      return {
        nowMs,
        policies: (await overview.policies()).map(({ policy, place, outcome }) => ({
          policy: policy.name,
          place,
          newestAtMs: outcome?.success?.datasetCreatedAtMs ?? null,
          succeededAtMs: outcome?.success?.endedAtMs ?? null,
          exceedsRpo: hasRpo(policy) ? exceedsRpo(policy, outcome, nowMs) : null,
        })),
        certificates: await overview.certificates(),
        roots: overview.roots().map(({ path, filesystem, snapshotBytes }) => ({
          root: escapePath(path),
          snapshotBytes,
          freeBytes: Number(filesystem.freeBytes),
        })),
        activeJobs: [...new Set(jobs.map(({ state }) => state))].map((state) => ({
          state,
          count: jobs.filter((job) => job.state === state).length,
        })),
        overdueDatasets: overdue.count,
        clockSuspect: clockGuard.suspicion !== null,
      };
    },
  });
}

/** A job that has ended, for the counters. */
export function endedJob(job: Job): EndedJob {
  const result =
    job.state === 'finished' && job.partial ? 'partial' : (job.state as EndedJob['result']);
  return {
    policy: job.policyName,
    result,
    retries: job.retry.count,
    bytesSent: job.statistics.bytesSent,
    bytesChanged: job.statistics.bytesChanged,
  };
}
