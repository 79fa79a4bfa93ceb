import { isDeepStrictEqual } from 'node:util';
import type { Job } from '../model/job.js';
import type { JobReport } from './executor.js';
import type { JobFailure, JobStore } from './job-store.js';

/**
 * A running job's counters reach the database this often; a kill loses
 * at most that much of the display.
 */
const SAVE_EVERY_MS = 2_000;

export type StopReason = 'pause' | 'cancel' | 'complete' | 'shutdown';

export interface ActiveJobModules {
  readonly store: Pick<JobStore, 'save' | 'addFailures'>;
  /** Milliseconds that pass whatever is done to the clock. */
  readonly uptime: () => number;
  /** Called after every change. */
  readonly changed: (job: Job) => void;
}

/** A job that waits for its turn or is worked on: as it is now, and what is being written of it. */
export class ActiveJob {
  /** Ends its work. */
  readonly stop = new AbortController();
  /** What was asked for last; a cancel takes the place of a pause. */
  stopFor: StopReason | null = null;
  readonly #modules: ActiveJobModules;
  #job: Job;
  #over = false;
  #savedAtMs = 0;
  #progressAtMs: number;
  #writes: Promise<void> = Promise.resolve();

  constructor(job: Job, modules: ActiveJobModules) {
    this.#modules = modules;
    this.#job = job;
    this.#progressAtMs = modules.uptime();
  }

  get job(): Job {
    return this.#job;
  }

  /** Its work has ended: what it still reports comes too late. */
  get over(): boolean {
    return this.#over;
  }

  /** When its work last reported something new but its phase, or was begun, by `uptime`. */
  get progressAtMs(): number {
    return this.#progressAtMs;
  }

  change(change: Partial<Job>): void {
    this.#job = { ...this.#job, ...change };
    this.#modules.changed(this.#job);
  }

  /** Stores the job as it is when its turn comes. */
  save(): Promise<void> {
    return this.#write(() => this.#modules.store.save(this.#job));
  }

  /**
   * What its work tells. Written now and then, and at once when it names a
   * dataset; a write that fails stops the work.
   */
  report({ progress, statistics, ...rest }: JobReport): void {
    if (this.#over) return;
    const now = this.#modules.uptime();
    const before = this.#job;
    this.change({
      ...rest,
      progress: { ...before.progress, ...progress },
      statistics: { ...before.statistics, ...statistics },
    });
    // Each attempt says anew what it is about, and begins with the same phases.
    if (!isDeepStrictEqual(withoutPhase(before), withoutPhase(this.#job))) this.#progressAtMs = now;
    const pinned = rest.sourceDataset !== undefined || rest.targetDataset !== undefined;
    if (pinned || now - this.#savedAtMs >= SAVE_EVERY_MS) {
      this.#savedAtMs = now;
      this.save().catch((error: unknown) => this.stop.abort(error));
    }
  }

  recordFailures(failures: readonly JobFailure[]): void {
    if (this.#over) return;
    this.#write(async () => {
      const added = await this.#modules.store.addFailures(this.#job.id, failures);
      this.change({ failedTotal: this.#job.failedTotal + added });
    }).catch((error: unknown) => this.stop.abort(error));
  }

  /**
   * To be called when its work has ended. Resolves when all is
   * written; rejects with what could not be.
   */
  async close(): Promise<void> {
    this.#over = true;
    await this.#writes;
  }

  /** Writes of one job go one after the other: the last one wins. */
  #write(write: () => Promise<void>): Promise<void> {
    this.#writes = this.#writes.then(write);
    return this.#writes;
  }
}

function withoutPhase(job: Job): Job {
  return { ...job, progress: { ...job.progress, phase: '' } };
}
