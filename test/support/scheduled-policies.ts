import type { JobExecutor } from '../../src/job/executor.js';
import { JobQueue } from '../../src/job/job-queue.js';
import { JobStore } from '../../src/job/job-store.js';
import { type JobId, parseJobId } from '../../src/model/ids.js';
import { ENDED_STATES, type Job } from '../../src/model/job.js';
import { NO_SCHEDULE } from '../../src/model/schedule.js';
import { BasePolicies } from '../../src/policy/base-policies.js';
import { BasePolicyStore } from '../../src/policy/base-policy-store.js';
import { PlannedRuns } from '../../src/policy/planned-runs.js';
import { type NewPolicy, Policies } from '../../src/policy/policies.js';
import { PolicyStore } from '../../src/policy/policy-store.js';
import { Scheduler } from '../../src/policy/scheduler.js';
import { StateDatabase } from '../../src/state/database.js';
import { until } from './e2e-until.js';
import { samplePolicy } from './policies.js';
import { SetClock } from './set-clock.js';
import { TempDirectory } from './temp-directory.js';

/** A world in which every policy is valid. */
export const ANYTHING_GOES = {
  localAccountId: 'local',
  accountExists: async () => true,
  isObjectAccount: async () => false,
  checkLocalPath: () => undefined,
  hasLocalDataset: async () => true,
  peersMay: () => true,
  checkHook: () => undefined,
};

const { priority, enabled, briefcase, partial, maxDelete, rule } = samplePolicy(1);
export const NEW_POLICY: NewPolicy = {
  ...{ name: 'p', priority, enabled, briefcase, partial, maxDelete, rule },
  ...{ schedule: NO_SCHEDULE, parentId: null, basePolicyId: null },
};

/** Policies, scheduler, jobs and their state as an agent has them, on a clock that is set; what the jobs do is the test's. */
export class ScheduledPolicies implements AsyncDisposable {
  readonly clock: SetClock;
  readonly policies: Policies;
  readonly bases: BasePolicies;
  readonly queue: JobQueue;
  readonly #directory: TempDirectory;
  readonly #database: StateDatabase;
  readonly #jobs: JobStore;
  readonly #scheduler: Scheduler;
  /** Work that is held back until `release`. */
  #held: Map<JobId, () => void> | null = null;

  private constructor(time: string, directory: TempDirectory, database: StateDatabase) {
    this.#directory = directory;
    this.#database = database;
    this.clock = new SetClock(Date.parse(time));
    this.#jobs = new JobStore({ database });
    const { clock } = this;
    const store = new PolicyStore({ database });
    const bases = new BasePolicyStore({ database });
    const shared = {
      world: ANYTHING_GOES,
      clock,
      planned: new PlannedRuns({ localTimeZone: 'UTC' }),
    };
    this.bases = new BasePolicies({
      ...shared,
      ...{ database, store: bases, policies: store, changed: () => this.policies.changed() },
    });
    this.policies = new Policies({
      ...shared,
      ...{ store, bases },
      queue: () => this.queue,
      planChanged: () => this.#scheduler.wake(),
    });
    this.#scheduler = new Scheduler({
      startDue: () => this.policies.startDue(),
      clockSetBack: () => this.policies.clockSetBack(),
      clock,
      onError: (error) => {
        throw error;
      },
    });
    const execute: JobExecutor = async ({ job }, signal) => {
      await new Promise<void>((go, stop) => {
        signal.addEventListener('abort', () => stop(signal.reason), { once: true });
        if (this.#held === null) go();
        else this.#held.set(job.id, go);
      });
      return { partial: false };
    };
    this.queue = new JobQueue(
      { concurrency: 4 },
      {
        ...{ store: this.#jobs, execute, clock, limits: async () => [], random: () => 0.5 },
        // A clock that is set does not make time pass.
        ...{ uptime: () => 0 },
        onEnd: (job) => this.policies.atJobEnd(job),
        afterEnd: (job) => void this.policies.afterJobEnd(job),
        log: () => undefined,
      },
    );
    this.#scheduler.start();
  }

  static async open(time: string): Promise<ScheduledPolicies> {
    const directory = new TempDirectory();
    const database = await StateDatabase.open(directory.join('state'));
    return new ScheduledPolicies(time, directory, database);
  }

  /** A CREATION policy; returns its id as the commands name it. */
  async create(name: string, change: Partial<NewPolicy> = {}): Promise<string> {
    return String((await this.policies.create({ ...NEW_POLICY, name, ...change })).id);
  }

  /** Jobs do not end any more. */
  hold(): void {
    this.#held ??= new Map();
  }

  /** Lets every job end. */
  release(): void {
    for (const go of this.#held?.values() ?? []) go();
    this.#held = null;
  }

  /** Lets one job end, which is among those held back, and waits until it has. */
  async end(job: number): Promise<void> {
    const id = parseJobId(job);
    await until(`job ${job} is held back`, () => this.#held?.has(id) ?? false);
    this.#held?.get(id)?.();
    await this.#ended(id);
  }

  /** Sets the clock; whoever sleeps looks at it, as a minute later anybody does. */
  async set(time: string): Promise<void> {
    await this.clock.asleep();
    this.clock.set(time);
    this.clock.wakeAll();
    await this.looked();
  }

  /** The scheduler has looked and sleeps again; jobs may be active. */
  async looked(): Promise<void> {
    do {
      await new Promise((resolve) => setImmediate(resolve));
      await this.clock.asleep();
      await this.#database.update(async () => undefined);
    } while (!this.clock.sleeping);
  }

  /** What is due or was asked for has run, and no job is active. */
  async settled(): Promise<void> {
    for (;;) {
      await this.looked();
      for (const { id } of await this.queue.unfinished()) await this.#ended(id);
      if (!(await this.#isWaiting())) return;
    }
  }

  /** Every job of a policy, the oldest first. */
  async jobsOf(policy: string): Promise<Job[]> {
    const found: Job[] = [];
    for await (const job of this.#jobs.open()) found.push(job);
    for await (const job of this.#jobs.ended(0)) found.push(job);
    return found
      .filter(({ policyId }) => String(policyId) === policy)
      .sort((one, other) => one.id - other.id);
  }

  /** RFC 3339 in UTC; null when nothing is planned. */
  async nextRun(policy: string): Promise<string | null> {
    const { nextRunAtMs } = await this.policies.get(policy);
    return nextRunAtMs === null ? null : new Date(nextRunAtMs).toISOString();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    await this.#scheduler[Symbol.asyncDispose]();
    await this.queue[Symbol.asyncDispose]();
    await this.#database[Symbol.asyncDispose]();
    this.#directory[Symbol.dispose]();
  }

  async #isWaiting(): Promise<boolean> {
    if ((await this.queue.unfinished()).length > 0) return true;
    for await (const { nextRunAtMs, runAgain, enabled } of this.policies.list()) {
      const isDue = nextRunAtMs !== null && nextRunAtMs <= this.clock.now();
      if (enabled && (isDue || runAgain !== null)) return true;
    }
    return (await this.queue.unfinished()).length > 0;
  }

  async #ended(id: JobId): Promise<void> {
    for await (const job of this.queue.watch(id, new AbortController().signal)) {
      if (ENDED_STATES.has(job.state)) return;
    }
  }
}
