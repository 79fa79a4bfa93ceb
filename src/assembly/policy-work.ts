import type { AgentSettings } from '../config/settings.js';
import { type DataRoot, rootOf } from '../endpoint/local/layout/data-root.js';
import type { Source } from '../endpoint/source.js';
import type { Places } from '../engine/places.js';
import { JobQueue } from '../job/job-queue.js';
import { JobStore } from '../job/job-store.js';
import type { Log } from '../observe/log.js';
import type { Metrics } from '../observe/metrics.js';
import { BasePolicies } from '../policy/base-policies.js';
import { BasePolicyStore } from '../policy/base-policy-store.js';
import type { ClockGuard } from '../policy/clock-guard.js';
import type { CpuGovernor } from '../policy/cpu-governor.js';
import { HookRunner } from '../policy/hook-runner.js';
import { PlannedRuns } from '../policy/planned-runs.js';
import { Policies } from '../policy/policies.js';
import { PolicyBases } from '../policy/policy-bases.js';
import { policyExecutor } from '../policy/policy-executor.js';
import { PolicyLocks } from '../policy/policy-locks.js';
import { PolicyOutcomes } from '../policy/policy-outcomes.js';
import { PolicyStore } from '../policy/policy-store.js';
import { Scheduler } from '../policy/scheduler.js';
import type { PolicyWorld } from '../policy/validate-policy.js';
import type { StateDatabase } from '../state/database.js';
import { LockReleases } from '../state/lock-releases.js';
import { PeerLocks } from '../state/peer-locks.js';
import { TreeSummaries } from '../state/tree-summaries.js';
import type { Clock } from '../util/clock.js';
import { parseEscaped } from '../util/escape.js';
import type { Lifecycle } from '../util/lifecycle.js';
import type { WorkerPool } from '../worker/pool.js';
import { accountLimits } from './account-limits.js';
import type { AccountStore } from './account-store.js';
import { agentMetrics, endedJob } from './agent-metrics.js';
import { DatasetLocks } from './dataset-locks.js';
import type { OpenedLocalPlace } from './local-place.js';
import { LocalTrees } from './local-trees.js';
import { LockReleaser } from './lock-releaser.js';
import { Overview } from './overview.js';
import { RpoWatch } from './rpo-watch.js';
import { SnapshotSpace } from './snapshot-space.js';
import type { TrustStore } from './trust-store.js';
import { UniqueSpace } from './unique-space.js';

/** Jobs that run at once; further ones wait by priority. */
const JOB_CONCURRENCY = 4;
/** A command of a policy that runs longer is killed. */
const HOOK_TIME_LIMIT_MS = 300_000;
/** How long one that is to run whatever happens may go on when the agent stops, which it does within 10 s. */
const HOOK_GRACE_MS = 7_000;

export interface PolicyWorkOptions {
  readonly settings: Pick<AgentSettings, 'hooksDir' | 'peerAccess'>;
  /** Makes request ids of this agent unlike those of any other. */
  readonly requestPrefix: string;
  /** Content lanes of a copy between hosts, or within this one, that has the agent for itself; of others, one each. */
  readonly lanes: { readonly between: number; readonly within: number };
}

export interface PolicyWorkModules {
  readonly database: StateDatabase;
  readonly accounts: AccountStore;
  readonly places: Places;
  readonly local: OpenedLocalPlace;
  readonly roots: readonly DataRoot[];
  readonly trust: TrustStore;
  readonly pool: WorkerPool;
  readonly governor: CpuGovernor;
  readonly clock: Clock;
  /** Milliseconds that pass whatever is done to the clock. */
  readonly uptime: () => number;
  readonly clockGuard: ClockGuard;
  readonly random: () => number;
  readonly log: Log;
}

/** Policies, their jobs, and what looks after both. */
export interface PolicyWork {
  readonly policies: Policies;
  readonly bases: BasePolicies;
  readonly outcomes: PolicyOutcomes;
  /** Not started yet. */
  readonly scheduler: Scheduler;
  /** Takes up no job of an earlier run before its `resume`. */
  readonly queue: JobQueue;
  readonly jobs: JobStore;
  readonly locks: DatasetLocks;
  readonly peerLocks: PeerLocks;
  readonly releaser: LockReleaser;
  readonly overview: Overview;
  readonly uniqueSpace: UniqueSpace;
  readonly trees: LocalTrees;
  readonly metrics: Metrics;
}

/** Makes policies and jobs out of what is stored; what runs by itself is added to `parts`. */
export async function openPolicyWork(
  parts: Lifecycle,
  options: PolicyWorkOptions,
  modules: PolicyWorkModules,
): Promise<PolicyWork> {
  const { settings, requestPrefix, lanes } = options;
  const { database, accounts, places, local, roots, trust, pool, governor } = modules;
  const { clock, uptime, clockGuard, random, log } = modules;
  const store = new PolicyStore({ database });
  const jobs = new JobStore({ database });
  const policyBases = new PolicyBases({ database });
  const peerLocks = await PeerLocks.open({ database, now: () => clock.now() });
  const locks: DatasetLocks = new DatasetLocks({
    policies: new PolicyLocks({ store, bases: policyBases, queue: () => queue }),
    ...{ bases: policyBases, peers: peerLocks, localAccountId: accounts.localId, clock },
  });
  const releases = new LockReleases({ database });
  const releaser = parts.add(
    'lock releases',
    new LockReleaser({
      ...{ places, clock, log, releases },
      accountExists: (id) => accounts.exists(id),
    }),
  );
  const hooks = new HookRunner({ directory: settings.hooksDir, timeLimitMs: HOOK_TIME_LIMIT_MS });
  const { timeZone: localTimeZone } = Intl.DateTimeFormat().resolvedOptions();
  const world: PolicyWorld = {
    localAccountId: accounts.localId,
    accountExists: (id) => accounts.exists(id),
    isObjectAccount: (id) => accounts.isObject(id),
    checkLocalPath: (path) => void rootOf(roots, parseEscaped(path)),
    hasLocalDataset: (number) => hasDataset(local.source, number),
    peersMay: (right) => settings.peerAccess.includes(right),
    checkHook: (command) => hooks.check(command),
  };
  const planned = new PlannedRuns({ localTimeZone });
  const baseStore = new BasePolicyStore({ database });
  const policies: Policies = new Policies({
    store,
    bases: baseStore,
    queue: () => queue,
    world,
    planned,
    clock,
    planChanged: () => scheduler.wake(),
  });
  const bases = new BasePolicies({
    store: baseStore,
    policies: store,
    database,
    world,
    planned,
    clock,
    changed: () => policies.changed(),
  });
  const scheduler = new Scheduler({
    startDue: () => policies.startDue(),
    clockSetBack: () => policies.clockSetBack(),
    clock,
    onError: (error) => log.error({ err: error }, 'what is due could not be started'),
  });
  const outcomes = new PolicyOutcomes({ database });
  const space = parts.add('space', new SnapshotSpace({ roots }, { pool, clock, log }));
  const uniqueSpace = parts.add(
    'space of datasets',
    new UniqueSpace({ roots }, { pool, log, uptime }),
  );
  const overview = new Overview({ policies, outcomes, accounts, trust, roots, space });
  parts.add('RPO alerts', new RpoWatch({ overview, clock, log }));
  const trees = new LocalTrees(
    { roots },
    { records: local.records, summaries: new TreeSummaries({ database }), log },
  );
  const metrics = agentMetrics({ overview, queue: () => queue, trees, clock, clockGuard });
  const queue: JobQueue = parts.add(
    'jobs',
    new JobQueue(
      { concurrency: JOB_CONCURRENCY },
      {
        store: jobs,
        execute: policyExecutor({
          ...{ places, store, hooks, governor, requestPrefix, releases },
          hookGraceMs: HOOK_GRACE_MS,
          // Each lane takes a thread and its memory at both agents.
          lanes: (where) => (queue.activeCount > 1 ? 1 : lanes[where]),
          bases: policyBases,
          now: () => clock.now(),
        }),
        limits: async ({ policyId }) => accountLimits(await store.records.get(policyId), accounts),
        clock,
        uptime,
        random,
        onEnd: async (job) => [
          ...(await policies.atJobEnd(job)),
          ...(await outcomes.atJobEnd(job)),
        ],
        afterEnd: (job) => {
          metrics.jobEnded(endedJob(job));
          log.info(
            {
              job: job.id,
              policy: job.policyName,
              state: job.state,
              partial: job.partial,
              failed: job.failedTotal,
            },
            'job ended',
          );
          releaser.wake();
          uniqueSpace.changed();
          policies
            .afterJobEnd(job)
            .catch((error: unknown) =>
              log.error({ err: error }, 'the next run of a policy could not be started'),
            );
        },
        log: (job, message) => log.warn({ job: job.id, policy: job.policyName }, message),
      },
    ),
  );
  return {
    uniqueSpace,
    ...{ policies, bases, outcomes, scheduler, queue, jobs },
    ...{ locks, peerLocks, releaser, overview, trees, metrics },
  };
}

async function hasDataset(source: Source, number: number): Promise<boolean> {
  for await (const dataset of source.listDatasets({}, new AbortController().signal)) {
    if (dataset.number === number) return true;
  }
  return false;
}
