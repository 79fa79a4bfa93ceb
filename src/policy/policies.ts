import type { JobQueue } from '../job/job-queue.js';
import { DmError } from '../model/error.js';
import type { PolicyId } from '../model/ids.js';
import type { Job, JobType } from '../model/job.js';
import type { Policy, PolicyType } from '../model/policy.js';
import type { RunOptions } from '../model/run-options.js';
import type { StateWrite } from '../state/database.js';
import type { Clock } from '../util/clock.js';
import { KeyedMutex } from '../util/keyed-mutex.js';
import { Signal } from '../util/signal.js';
import { asWritten, withBase } from './apply-base.js';
import { atJobEnd } from './at-job-end.js';
import type { BasePolicyStore } from './base-policy-store.js';
import { checkOverlap } from './check-overlap.js';
import { checkParent } from './check-parent.js';
import { FollowingJobs } from './following-jobs.js';
import type { PlannedRuns } from './planned-runs.js';
import type { PolicyStore } from './policy-store.js';
import { refuseRun } from './refuse-run.js';
import { type PolicyWorld, validatePolicy } from './validate-policy.js';

export type NewPolicy = Pick<
  Policy,
  | 'name'
  | 'priority'
  | 'enabled'
  | 'briefcase'
  | 'partial'
  | 'maxDelete'
  | 'rule'
  | 'schedule'
  | 'parentId'
  | 'basePolicyId'
>;

const NEVER_RUN = {
  disabledByDm: false,
  spent: false,
  lastJob: null,
  lastRunAtMs: null,
  nextRunAtMs: null,
  dueAfterJob: null,
  runAgain: null,
  own: null,
} as const;
const DEFAULT_RUN: RunOptions = { adopt: false, acceptSource: false };

/**
 * Creating, changing and running policies. At most one job of a policy is active;
 * a run asked for meanwhile makes one more.
 */
export class Policies {
  readonly #store: PolicyStore;
  readonly #bases: Pick<BasePolicyStore, 'get'>;
  readonly #queue: () => JobQueue;
  readonly #world: PolicyWorld;
  readonly #clock: Clock;
  readonly #planned: PlannedRuns;
  readonly #planChanged: () => void;
  /** Tells whoever waits for a job that one has started, or no longer will. */
  readonly #starts = new Signal();
  /** Jobs that others lead to. */
  readonly following: FollowingJobs;
  /** One start of a policy at a time. */
  readonly #runs = new KeyedMutex();

  constructor(modules: {
    readonly store: PolicyStore;
    readonly bases: Pick<BasePolicyStore, 'get'>;
    readonly queue: () => JobQueue;
    readonly world: PolicyWorld;
    readonly planned: PlannedRuns;
    readonly clock: Clock;
    /** Called when a policy may have become due, or due at another time. */
    readonly planChanged: () => void;
  }) {
    this.#store = modules.store;
    this.#bases = modules.bases;
    this.#queue = modules.queue;
    this.#world = modules.world;
    this.#clock = modules.clock;
    this.#planned = modules.planned;
    this.#planChanged = modules.planChanged;
    this.following = new FollowingJobs({ ...modules, starts: this.#starts });
  }

  get(ref: string): Promise<Policy> {
    return this.#store.get(ref);
  }

  list(): AsyncIterable<Policy> {
    return this.#store.list();
  }

  /** With `runNow` it is run as well; refused when it is disabled, by its base policy too: then nothing is made. */
  async create(
    policy: NewPolicy,
    { runNow }: { readonly runNow: boolean } = { runNow: false },
  ): Promise<Policy> {
    const make = async (id: PolicyId): Promise<Policy> => {
      const written = { ...policy, ...NEVER_RUN, id };
      const whole = await this.#withBase(written);
      return { ...whole, ...this.#planned.first(whole, this.#clock.now()) };
    };
    const made = await make(1 as PolicyId);
    if (runNow && !made.enabled) {
      throw new DmError(
        'policy_disabled',
        'a disabled policy does not run; create it enabled, or without --run-now',
      );
    }
    await validatePolicy(made, this.#world);
    await checkParent({ id: null, parentId: made.parentId }, this.#store);
    const created = await this.#store.create(async (id) => {
      const policy = await make(id);
      await this.#checkOverlap(policy);
      return policy;
    });
    this.#planChanged();
    if (runNow) await this.run(String(created.id));
    return created;
  }

  /** `change` is given the policy as it was written, and returns it so. */
  async modify(ref: string, change: (policy: Policy) => Policy): Promise<Policy> {
    const before = await this.#store.get(ref);
    const next = async (policy: Policy): Promise<Policy> => {
      const written = change(asWritten(policy));
      const disabledByDm = !written.enabled && written.disabledByDm;
      return this.#withBase({ ...written, disabledByDm });
    };
    const after = await next(before);
    if (after.rule.type !== before.rule.type) {
      throw new DmError(
        'invalid_argument',
        `policy ${before.id} is a ${before.rule.type} and cannot become a ${after.rule.type}; create another policy`,
      );
    }
    await validatePolicy(after, this.#world);
    await checkParent(after, this.#store);
    const modified = await this.#store.modify(before.id, async (policy) => {
      const changed = await next(policy);
      // Another one may have become a child of this one meanwhile.
      await checkParent(changed, this.#store);
      await this.#checkOverlap(changed);
      return { ...changed, ...this.#planned.afterChange(policy, changed, this.#clock.now()) };
    });
    this.changed();
    return modified;
  }

  /** To be called when something else has changed policies. */
  changed(): void {
    this.#planChanged();
    this.#starts.tell();
  }

  /** To be asked as the policy is written: two that are made at once are compared, too. */
  async #checkOverlap(policy: Policy): Promise<void> {
    checkOverlap(policy, await this.#store.listWith([]), this.#world);
  }

  async #withBase(written: Policy): Promise<Policy> {
    const { basePolicyId } = written;
    const base = basePolicyId === null ? null : await this.#bases.get(String(basePolicyId));
    return withBase(written, base);
  }

  async delete(ref: string): Promise<void> {
    const { id } = await this.#store.get(ref);
    await this.#runs.run(String(id), () => this.#delete(id));
  }

  async #delete(id: PolicyId): Promise<void> {
    const policy = await this.#store.get(String(id));
    if (this.#queue().hasActive(policy.id)) {
      throw new DmError('in_use', `policy ${policy.id} has an active job; cancel it first`);
    }
    for await (const child of this.#store.list()) {
      if (child.parentId !== policy.id) continue;
      throw new DmError(
        'in_use',
        `policy ${policy.id} is the parent of policy ${child.id} (${child.name}); delete that one first, or take its --parent-exec-policy-id away`,
      );
    }
    await this.#store.delete(policy.id, this.#clock.now());
    this.changed();
  }

  /**
   * Makes a job now, or, while one is active, exactly one more after it: then `jobId` is that of the active one and
   * `again` is true; `following.after` waits for the other.
   */
  async run(
    ref: string,
    options: RunOptions = DEFAULT_RUN,
  ): Promise<{ jobId: number; again: boolean }> {
    const { id } = await this.#store.get(ref);
    return this.#runs.run(String(id), async () => {
      const policy = await this.#store.get(String(id));
      refuseRun(policy);
      if (this.#queue().hasActive(id) && policy.lastJob !== null) {
        await this.#store.modify(id, (now) => ({ ...now, runAgain: both(now.runAgain, options) }));
        return { jobId: policy.lastJob, again: true };
      }
      const job = await this.#start(policy, options);
      return { jobId: job.id, again: false };
    });
  }

  /**
   * Starts every policy that is due and has no active job. Returns when the next
   * one is due; null for none. What was due more than once since its last start,
   * for a clock or for its parent, starts once.
   */
  async startDue(): Promise<number | null> {
    const now = this.#clock.now();
    let next: number | null = null;
    for await (const { id, nextRunAtMs, runAgain, enabled, spent } of this.#store.list()) {
      if (!enabled || spent) continue;
      const isDue = nextRunAtMs !== null && nextRunAtMs <= now;
      if (isDue || runAgain !== null) await this.#startDue(id, now);
      else if (nextRunAtMs !== null) next = Math.min(next ?? nextRunAtMs, nextRunAtMs);
    }
    return next;
  }

  #startDue(id: PolicyId, now: number): Promise<void> {
    return this.#runs.run(String(id), async () => {
      const policy = await this.#store.records.get(id);
      if (!policy?.enabled || policy.spent || this.#queue().hasActive(id)) return;
      const isDue = policy.nextRunAtMs !== null && policy.nextRunAtMs <= now;
      if (isDue || policy.runAgain !== null) await this.#start(policy);
    });
  }

  /**
   * Plans recurrences anew: the clock may have been ahead when they were planned. Starts nothing.
   */
  clockSetBack(): Promise<void> {
    const now = this.#clock.now();
    return this.#store.replan((policy) => this.#planned.afterSetBack(policy, now));
  }

  /** State changes that belong to the end of a job. */
  atJobEnd(job: Job): Promise<readonly StateWrite[]> {
    const modules = { store: this.#store, planned: this.#planned, now: () => this.#clock.now() };
    return atJobEnd(job, modules);
  }

  /**
   * Starts the run that was asked for while the job was active, and lets
   * start what has become due by its end.
   */
  async afterJobEnd({ policyId }: Job): Promise<void> {
    this.#planChanged();
    await this.#runs.run(String(policyId), async () => {
      const policy = await this.#store.records.get(policyId);
      if (!policy?.runAgain || this.#queue().hasActive(policyId)) return;
      if (policy.enabled && !policy.spent) await this.#start(policy);
    });
    // The end may have disabled the policy, or spent it: no further job comes then.
    this.#starts.tell();
  }

  /**
   * The policy's record is read again as it is written: it may have been modified
   * meanwhile, or have become due once more.
   */
  async #start(policy: Policy, asked: RunOptions = DEFAULT_RUN): Promise<Job> {
    const options = both(policy.runAgain, asked);
    const started = await this.#queue().create(
      policy,
      JOB_TYPES[policy.rule.type],
      options,
      async (job) => {
        const now = await this.#store.records.get(policy.id);
        if (now === null) throw new DmError('internal', `policy ${policy.id} went while it began`);
        const run = { lastJob: job.id, lastRunAtMs: job.createdAtMs, runAgain: null };
        const plan =
          now.dueAfterJob === policy.dueAfterJob
            ? this.#planned.afterStart(now, job.createdAtMs)
            : {};
        return [this.#store.records.put(policy.id, { ...now, ...run, ...plan })];
      },
    );
    this.#starts.tell();
    return started;
  }
}

/** What either run is to have is had by the one that is made of both. */
function both(one: RunOptions | null, other: RunOptions): RunOptions {
  return {
    adopt: one?.adopt === true || other.adopt,
    acceptSource: one?.acceptSource === true || other.acceptSource,
  };
}

/** The type a job begins as; a repeated copy learns at its start whether it is a baseline. */
const JOB_TYPES: Record<PolicyType, JobType> = {
  CREATION: 'DATASET_CREATION_JOB',
  COPY: 'DATASET_BASELINE_COPY_JOB',
  REPEAT_COPY: 'DATASET_INCREMENTAL_COPY_JOB',
  EXPIRATION: 'DATASET_EXPIRATION_JOB',
};
