import PQueue from 'p-queue';
import type { Job } from '../model/job.js';
import type { Priority } from '../model/policy.js';

const PRIORITY_RANK: Record<Priority, number> = { LOW: 0, NORMAL: 1, HIGH: 2 };

/** At most so many jobs may use an account at once. */
export interface AccountLimit {
  readonly accountId: string;
  readonly jobs: number;
}

export interface JobSlotsModules {
  /** The limits of the accounts that a job uses, as they are now. */
  readonly limits: (job: Job) => Promise<readonly AccountLimit[]>;
}

/** Lets jobs run by priority: so many at once, and so many with one account. */
export class JobSlots {
  readonly #modules: JobSlotsModules;
  readonly #all: PQueue;
  readonly #accounts = new Map<string, PQueue>();
  readonly #waiting = new Set<Promise<void>>();

  constructor(options: { readonly concurrency: number }, modules: JobSlotsModules) {
    this.#all = new PQueue({ concurrency: options.concurrency });
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
      const turn = this.#admit(job, begin)
        .catch(reject)
        .finally(() => this.#waiting.delete(turn));
      this.#waiting.add(turn);
    });
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    while (this.#waiting.size > 0) await Promise.allSettled(this.#waiting);
  }

  async #admit(job: Job, work: () => Promise<void>): Promise<void> {
    const limits = await this.#modules.limits(job);
    const priority = PRIORITY_RANK[job.priority];
    // Always in the same order: jobs that need two accounts cannot wait for each other.
    const ordered = [...limits].sort((a, b) => (a.accountId < b.accountId ? -1 : 1));
    const next = ordered.reduceRight<() => Promise<void>>(
      (inner, limit) => () => this.#of(limit).add(inner, { priority }),
      () => this.#all.add(work, { priority }),
    );
    await next();
  }

  /** The newest limit counts, also for those that wait. */
  #of({ accountId, jobs }: AccountLimit): PQueue {
    const known = this.#accounts.get(accountId) ?? new PQueue();
    known.concurrency = jobs;
    this.#accounts.set(accountId, known);
    return known;
  }
}
