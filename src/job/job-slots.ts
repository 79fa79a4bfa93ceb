import PQueue from 'p-queue';
import type { Job } from '../model/job.js';
import type { Priority } from '../model/policy.js';
import { JobOrder, type JobTurn } from './job-order.js';

const PRIORITY_RANK: Record<Priority, number> = { LOW: 0, NORMAL: 1, HIGH: 2 };

/** At most so many jobs may use an account at once. */
export interface AccountLimit {
  readonly accountId: string;
  readonly jobs: number;
}

export interface JobSlotsModules {
  /** The limits of the accounts that a job uses, as they are now; `jobs` is infinite where there is none. */
  readonly limits: (job: Job) => Promise<readonly AccountLimit[]>;
}

/** Lets jobs run by priority: so many at once, and so many with one account. */
export class JobSlots {
  readonly #concurrency: number;
  readonly #modules: JobSlotsModules;
  readonly #queue: PQueue<JobOrder, JobTurn>;
  /** The newest limit of an account counts, also for those that wait. */
  readonly #limits = new Map<string, number>();
  readonly #using = new Map<string, number>();
  /** Those that wait for their turn. */
  readonly #queued = new Set<Job>();
  readonly #waiting = new Set<Promise<void>>();

  constructor(options: { readonly concurrency: number }, modules: JobSlotsModules) {
    this.#concurrency = options.concurrency;
    this.#queue = new PQueue({ concurrency: options.concurrency, queueClass: JobOrder });
    this.#modules = modules;
  }

  /** Runs `work` when it is the job's turn; resolves with its end. An abort before that ends the wait with its reason. */
  run<T>(job: Job, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const giveUp = (): void => reject(signal.reason);
      signal.addEventListener('abort', giveUp, { once: true });
      const begin = async (): Promise<void> => {
        signal.removeEventListener('abort', giveUp);
        if (!signal.aborted) await work().then(resolve, reject);
      };
      const turn = this.#admit(job, begin, signal)
        .catch(reject)
        .finally(() => this.#waiting.delete(turn));
      this.#waiting.add(turn);
    });
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    while (this.#waiting.size > 0) await Promise.allSettled(this.#waiting);
  }

  /** To be called when limits may have changed: what they let begin now begins. */
  async limitsChanged(): Promise<void> {
    for (const job of this.#queued) this.#know(await this.#modules.limits(job));
    this.#lookAgain();
  }

  #know(limits: readonly AccountLimit[]): void {
    for (const { accountId, jobs } of limits) this.#limits.set(accountId, jobs);
  }

  async #admit(job: Job, work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const asked = await this.#modules.limits(job);
    this.#know(asked);
    const accounts = asked.map(({ accountId }) => accountId);
    const turn = {
      priority: PRIORITY_RANK[job.priority],
      accounts,
      hasRoom: (id: string) => (this.#using.get(id) ?? 0) < (this.#limits.get(id) ?? 1),
      isStopped: () => signal.aborted,
    };
    this.#queued.add(job);
    const ended = this.#queue.add(async () => {
      this.#queued.delete(job);
      this.#count(accounts, 1);
      await work().finally(() => this.#count(accounts, -1));
    }, turn);
    // A raised limit may let others begin.
    this.#lookAgain();
    // What was stopped leaves the order at once, and so do the accounts that it waited for.
    const look = (): void => this.#lookAgain();
    signal.addEventListener('abort', look, { once: true });
    await ended.finally(() => signal.removeEventListener('abort', look));
    // The end of one may let two begin, each with another account; p-queue by itself takes one.
    this.#lookAgain();
  }

  #count(accounts: readonly string[], by: 1 | -1): void {
    for (const id of accounts) this.#using.set(id, (this.#using.get(id) ?? 0) + by);
  }

  /** p-queue then starts all that can begin. */
  #lookAgain(): void {
    this.#queue.concurrency = this.#concurrency;
  }
}
