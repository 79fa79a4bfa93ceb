import { asDmError, DmError } from '../model/error.js';
import type { JobId, PolicyId } from '../model/ids.js';
import { ENDED_STATES, type Job } from '../model/job.js';
import type { Policy } from '../model/policy.js';
import type { RunOptions } from '../model/run-options.js';
import type { StateWrite } from '../state/database.js';
import { KeyedMutex } from '../util/keyed-mutex.js';
import { ActiveJob, type StopReason } from './active-job.js';
import { type AttemptModules, attempt, waitForRetry } from './attempt.js';
import { JobSlots, type JobSlotsModules } from './job-slots.js';
import type { JobStore } from './job-store.js';
import { JobWatchers } from './job-watchers.js';
import { newJob } from './new-job.js';
import { retryDelay } from './retry.js';

/** Ended jobs that are kept; those that ended first go, now and then. */
const HISTORY_KEPT = 10_000;
const PRUNE_EVERY = 100;

export type JobAction = 'pause' | 'resume' | 'cancel' | 'complete-partial';

export interface JobQueueModules extends JobSlotsModules, AttemptModules {
  readonly store: JobStore;
  /**
   * State changes that belong to the end of a job, written in the same
   * batch; nothing else is updated meanwhile.
   */
  readonly onEnd: (job: Job) => Promise<readonly StateWrite[]>;
  /** Called once after a job has ended and is stored. */
  readonly afterEnd: (job: Job) => void;
}

/**
 * Runs jobs by priority, a bounded number at once, through the states of the contract. A job that
 * was active when the agent stopped, however it stopped, is active again after `resume`.
 */
export class JobQueue implements AsyncDisposable {
  readonly #modules: JobQueueModules;
  readonly #slots: JobSlots;
  readonly #active = new Map<JobId, ActiveJob>();
  readonly #running = new Set<Promise<void>>();
  /** Policies of the paused jobs. */
  readonly #paused = new Map<JobId, PolicyId>();
  readonly #watchers = new JobWatchers();
  /** What is asked of one job is done one after the other. */
  readonly #controls = new KeyedMutex();
  /** The history is looked at with the first end after a start. */
  #endedSincePrune = PRUNE_EVERY - 1;
  readonly #stopped = new AbortController();

  constructor(options: { concurrency: number }, modules: JobQueueModules) {
    this.#modules = modules;
    this.#slots = new JobSlots(options, modules);
  }

  /** Takes up every job that had not ended when the agent last stopped. */
  async resume(): Promise<void> {
    for await (const job of this.#modules.store.open()) await this.#takeUp(job);
  }

  /** Makes a job of a policy, in one batch with `also`, and queues it. */
  async create(
    policy: Policy,
    type: Job['type'],
    options: RunOptions,
    also: (job: Job) => readonly StateWrite[] | Promise<readonly StateWrite[]>,
  ): Promise<Job> {
    if (this.#stopped.signal.aborted)
      throw new DmError(
        'shutting_down',
        'the agent is stopping; start the run again when it is back',
      );
    const createdAtMs = this.#modules.clock.now();
    const run = { type, options, createdAtMs, parentJob: policy.dueAfterJob };
    const job = await this.#modules.store.create((id) => newJob(id, policy, run), also);
    this.#enqueue(job);
    return job;
  }

  /** The job as it is now, the running one's counters included. */
  async get(id: JobId): Promise<Job> {
    const job = await this.find(id);
    if (!job) throw new DmError('not_found', `job ${id} does not exist; see \`dm jobs list\``);
    return job;
  }

  /** As `get`; null when its history was deleted. */
  async find(id: JobId): Promise<Job | null> {
    return this.#active.get(id)?.job ?? (await this.#modules.store.get(id));
  }

  /**
   * Every job that has not ended, as it is now, ascending by id; also
   * before `resume` has taken it up.
   */
  async unfinished(): Promise<Job[]> {
    const jobs: Job[] = [];
    for await (const stored of this.#modules.store.open()) {
      jobs.push(this.#active.get(stored.id)?.job ?? stored);
    }
    return jobs.filter(({ state }) => !ENDED_STATES.has(state));
  }

  /** To be called when limits of accounts may have changed: they count at once, also for jobs that wait. */
  limitsChanged(): Promise<void> {
    return this.#slots.limitsChanged();
  }

  /** Jobs that run or wait for their turn. */
  get activeCount(): number {
    return this.#active.size;
  }

  /** True while the policy has a job that has not ended; a paused one has not. */
  hasActive(policyId: number): boolean {
    for (const paused of this.#paused.values()) {
      if (paused === policyId) return true;
    }
    for (const { job } of this.#active.values()) {
      if (job.policyId === policyId) return true;
    }
    return false;
  }

  /** The job now and after every change; ends when it has ended. */
  async *watch(id: JobId, signal: AbortSignal): AsyncIterable<Job> {
    using changes = this.#watchers.changes(id, signal);
    let job = await this.get(id);
    yield job;
    while (!ENDED_STATES.has(job.state)) {
      await changes.next();
      job = await this.get(id);
      yield job;
    }
  }

  /**
   * Returns at once; the job reaches its state when its work has stopped. `complete-partial` ends a
   * copy with what has arrived; the rest is listed as failed.
   */
  control(id: JobId, action: JobAction): Promise<Job> {
    return this.#controls.run(String(id), () => this.#control(id, action));
  }

  /** Stops taking work; running jobs stop at their next safe point and go on at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort(
      new DmError('shutting_down', 'the agent is stopping; ask again when it is back'),
    );
    for (const active of this.#active.values()) {
      active.stopFor ??= 'shutdown';
      active.stop.abort();
    }
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    await this.#slots.idle();
  }

  async #control(id: JobId, action: JobAction): Promise<Job> {
    using changes = this.#watchers.changes(id, this.#stopped.signal);
    // When its work is over, but not yet what has become of it on disk, a job is in no state to which anything could be done.
    while (this.#active.get(id)?.over) await changes.next();
    // Nothing is waited for between that look and what is done to an active job.
    const job = this.#active.get(id)?.job ?? (await this.get(id));
    if (ENDED_STATES.has(job.state)) {
      throw new DmError(
        'invalid_argument',
        `job ${id} has ended (${job.state}) and cannot ${action}; run its policy again`,
      );
    }
    if (action === 'complete-partial') return this.#complete(job);
    if (action === 'resume') {
      // Somebody wants it now.
      const retry = { ...job.retry, nextAtMs: null };
      if (!(await this.#unpause({ ...job, completePartial: false, retry })))
        throw new DmError(
          'invalid_argument',
          `job ${id} is ${job.state}, not paused; there is nothing to resume`,
        );
      return this.get(id);
    }
    const active = this.#active.get(id);
    if (active) await this.#stop(active, action);
    else if (action === 'cancel' && this.#paused.has(id)) {
      await this.#end({ ...job, state: 'cancelled' });
    }
    return this.get(id);
  }

  async #complete(job: Job): Promise<Job> {
    if (job.type === 'DATASET_CREATION_JOB' || job.type === 'DATASET_EXPIRATION_JOB') {
      throw new DmError(
        'invalid_argument',
        `job ${job.id} is a ${job.type}, and only copies can be completed partially; cancel it instead`,
      );
    }
    const completing = { ...job, completePartial: true };
    const active = this.#active.get(job.id);
    if (active) await this.#stop(active, 'complete');
    else await this.#unpause(completing);
    return this.get(job.id);
  }

  /** A paused job waits for its turn again, on disk before anybody is told; false when it is not paused. */
  async #unpause(job: Job): Promise<boolean> {
    if (!this.#paused.has(job.id)) return false;
    const pending: Job = { ...job, state: 'pending', pausing: false };
    await this.#modules.store.save(pending);
    this.#paused.delete(job.id);
    this.#enqueue(pending);
    return true;
  }

  /** On disk before the work is told, so that what was asked for is not forgotten by a kill. */
  async #stop(active: ActiveJob, reason: StopReason): Promise<void> {
    if (active.over || active.stopFor === 'cancel') return;
    active.stopFor = reason;
    if (reason === 'cancel') {
      active.change({ state: 'cancelling' });
      await active.save();
    } else if (reason === 'complete') {
      active.change({ completePartial: true, pausing: false });
      await active.save();
    } else if (reason === 'pause') {
      active.change({ pausing: true });
      await active.save();
    }
    active.stop.abort();
  }

  #enqueue(job: Job): void {
    const { store, uptime } = this.#modules;
    const changed = ({ id }: Job): void => this.#watchers.changed(id);
    const active = new ActiveJob(job, { store, uptime, changed });
    this.#active.set(job.id, active);
    if (this.#stopped.signal.aborted) {
      active.stopFor = 'shutdown';
      active.stop.abort();
    }
    const running = this.#run(active).finally(() => this.#running.delete(running));
    this.#running.add(running);
    running.catch((error: unknown) => {
      this.#modules.log(active.job, `its state could not be stored: ${String(error)}`);
      return this.#takeUpAgain(active.job);
    });
  }

  /** As its record says, which is as it was when the agent stopped, or could not write any more. */
  async #takeUp(job: Job): Promise<void> {
    if (job.state === 'paused') {
      this.#paused.set(job.id, job.policyId);
      this.#active.delete(job.id);
    } else if (job.pausing === true) await this.#pause(job);
    else if (job.state === 'cancelling') await this.#end({ ...job, state: 'cancelled' });
    else this.#enqueue({ ...job, state: 'pending' });
  }

  /** As soon as its record can be read and written again; until then it counts as active. Never fails. */
  async #takeUpAgain(job: Job): Promise<void> {
    const { store, clock, random, afterEnd, log } = this.#modules;
    const { id } = job;
    for (let count = 1; ; count++) {
      try {
        await clock.delay(retryDelay(count, random), this.#stopped.signal);
        const stored = await store.get(id);
        if (stored === null || ENDED_STATES.has(stored.state)) {
          this.#active.delete(id);
          // The write that seemed to fail was there after all.
          if (stored !== null) afterEnd(stored);
        } else {
          await store.save(stored);
          await this.#takeUp(stored);
        }
        this.#watchers.changed(id);
        return;
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        log(job, `its state still cannot be stored: ${String(error)}`);
      }
    }
  }

  /** Attempts take turns with other jobs. Who waits for the next one is in nobody's way. */
  async #run(active: ActiveJob): Promise<void> {
    for (let again = true; again; ) {
      let hasTurn = false;
      const turn = (): Promise<boolean> => {
        hasTurn = true;
        return this.#turn(active);
      };
      try {
        await waitForRetry(active, this.#modules.clock);
        again = await this.#slots.run(active.job, turn, active.stop.signal);
      } catch (error) {
        if (hasTurn) throw error;
        await this.#over(active, { error });
        return;
      }
    }
  }

  /** Whether there is to be another attempt. */
  async #turn(active: ActiveJob): Promise<boolean> {
    const ended = await this.#work(active).catch((error: unknown) => ({ error }));
    if (ended === 'again') return true;
    await this.#over(active, ended);
    return false;
  }

  async #over(
    active: ActiveJob,
    ended: { readonly partial: boolean } | { readonly error: unknown },
  ): Promise<void> {
    const stored = await active.close().then(
      () => null,
      (error: unknown) => ({ error }),
    );
    if (!('error' in ended) && stored === null) {
      await this.#end({ ...active.job, state: 'finished', partial: ended.partial, error: null });
    } else await this.#settle(active, stored?.error ?? ('error' in ended ? ended.error : null));
  }

  async #work(active: ActiveJob): Promise<{ partial: boolean } | 'again'> {
    await this.#begin(active);
    return attempt(active, this.#modules, this.#stopped.signal);
  }

  async #begin(active: ActiveJob): Promise<void> {
    // It is being written what was asked for, which is not to be written over.
    if (active.stopFor !== null) throw new DmError('cancelled', 'the job was stopped');
    const { completePartial, startedAtMs, state } = active.job;
    const wanted = completePartial ? 'finishing' : 'running';
    if (state === wanted) return;
    active.change({ state: wanted, startedAtMs: startedAtMs ?? this.#modules.clock.now() });
    await active.save();
  }

  /**
   * What becomes of a job whose work has thrown: the reason of the
   * stop decides before the error does.
   */
  async #settle(active: ActiveJob, thrown: unknown): Promise<void> {
    const { job, stopFor } = active;
    if (stopFor === 'shutdown' || (stopFor === 'complete' && this.#stopped.signal.aborted)) {
      await this.#modules.store.save(job);
      this.#active.delete(job.id);
      return;
    }
    if (stopFor === 'pause') {
      await this.#pause(job);
      return;
    }
    if (stopFor === 'complete') {
      this.#enqueue({ ...job, state: 'pending' });
      this.#watchers.changed(job.id);
      return;
    }
    if (stopFor === 'cancel') {
      await this.#end({ ...job, state: 'cancelled' });
      return;
    }
    const error = asDmError(thrown, `job ${job.id}`);
    this.#modules.log(active.job, `failed: ${error.code}: ${error.message}`);
    await this.#end({
      ...active.job,
      state: 'failed',
      error: { code: error.code, message: error.message },
    });
  }

  async #pause(job: Job): Promise<void> {
    await this.#modules.store.save({ ...job, state: 'paused', pausing: false });
    this.#paused.set(job.id, job.policyId);
    this.#active.delete(job.id);
    this.#watchers.changed(job.id);
  }

  async #end(job: Job): Promise<void> {
    const ended: Job = { ...job, pausing: false, endedAtMs: this.#modules.clock.now() };
    await this.#modules.store.save(ended, () => this.#modules.onEnd(ended));
    this.#active.delete(ended.id);
    this.#paused.delete(ended.id);
    this.#watchers.changed(ended.id);
    this.#modules.afterEnd(ended);
    if (++this.#endedSincePrune >= PRUNE_EVERY) {
      this.#endedSincePrune = 0;
      await this.#modules.store.prune(HISTORY_KEPT);
    }
  }
}
