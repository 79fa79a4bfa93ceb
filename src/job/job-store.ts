import { createHash } from 'node:crypto';
import { type JobId, parseJobId } from '../model/ids.js';
import type { Job } from '../model/job.js';
import type { StateDatabase, StateWrite } from '../state/database.js';
import { jobCodec } from '../state/job-codec.js';
import { keys, ranges } from '../state/keys.js';
import { Records } from '../state/records.js';

interface StoredFailure {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface JobFailure {
  readonly path: Uint8Array;
  readonly code: string;
  readonly message: string;
}

/** Jobs and their failed entries in the state database. */
export class JobStore {
  readonly #database: StateDatabase;
  readonly #jobs: Records<number, Job>;

  constructor(modules: { database: StateDatabase }) {
    this.#database = modules.database;
    this.#jobs = new Records({ range: ranges.job, key: keys.job, codec: jobCodec }, modules);
  }

  get(id: number): Promise<Job | null> {
    return this.#jobs.get(id);
  }

  /** Jobs that have not ended, by id. Costs nothing for those that have. */
  async *open(): AsyncIterable<Job> {
    for await (const id of this.#database.list(ranges.jobOpen)) yield* this.#found(id);
  }

  /** Jobs that ended at `sinceMs` or later, the last one first. */
  async *ended(sinceMs: number): AsyncIterable<Job> {
    const until = keys.jobEnded(sinceMs, 0);
    for await (const [key, id] of this.#database.entries(ranges.jobEnded, true)) {
      if (key < until) return;
      yield* this.#found(id);
    }
  }

  /** Removes a job that has ended, and what it could not do. */
  async delete(job: Job): Promise<void> {
    await this.#database.write(await this.#deletion(job));
  }

  /** Removes the jobs that ended first, so that `kept` are left. */
  async prune(kept: number): Promise<void> {
    let excess = -kept;
    for await (const _ of this.#database.entries(ranges.jobEnded)) excess++;
    const writes: StateWrite[] = [];
    for await (const [key, id] of this.#database.entries(ranges.jobEnded)) {
      if (excess-- <= 0) break;
      writes.push({ delete: key });
      for await (const job of this.#found(id)) writes.push(...(await this.#deletion(job)));
    }
    if (writes.length > 0) await this.#database.write(writes);
  }

  /** Stores a new job under the next id, in one batch with `also`. */
  create(
    make: (id: JobId) => Job,
    also: (job: Job) => readonly StateWrite[] | Promise<readonly StateWrite[]>,
  ): Promise<Job> {
    return this.#database.update(async () => {
      const { value, write } = await this.#database.next('job');
      const job = make(parseJobId(value));
      const writes = [write, ...this.#changes(job), ...(await also(job))];
      await this.#database.write(writes);
      return job;
    });
  }

  /** With `also`: in one batch with what it gives, while nothing else is updated. */
  save(job: Job, also?: () => Promise<readonly StateWrite[]>): Promise<void> {
    const own = this.#changes(job);
    if (also === undefined) return this.#database.write(own);
    return this.#database.update(async () => this.#database.write([...own, ...(await also())]));
  }

  /** Adds failed entries, each path once; returns how many were new. */
  async addFailures(job: JobId, failures: readonly JobFailure[]): Promise<number> {
    const writes = new Map<string, StateWrite>();
    for (const { path, code, message } of failures) {
      const name = createHash('sha256').update(path).digest('hex').slice(0, 24);
      const key = `${keys.jobFailures(job)}${name}`;
      if ((await this.#database.get(key)) !== undefined) continue;
      const value: StoredFailure = { path: Buffer.from(path).toString('base64'), code, message };
      writes.set(key, { put: key, value });
    }
    if (writes.size > 0) await this.#database.write([...writes.values()]);
    return writes.size;
  }

  async *failures(job: JobId): AsyncIterable<JobFailure> {
    for await (const stored of this.#database.list(keys.jobFailures(job))) {
      const { path, code, message } = stored as StoredFailure;
      yield { path: Buffer.from(path, 'base64'), code, message };
    }
  }

  /** The record and its place in the lists of open and of ended jobs. */
  #changes(job: Job): StateWrite[] {
    const record = this.#jobs.put(job.id, job);
    const open = keys.jobOpen(job.id);
    if (job.endedAtMs === null) return [record, { put: open, value: job.id }];
    const ended = keys.jobEnded(job.endedAtMs, job.id);
    return [record, { delete: open }, { put: ended, value: job.id }];
  }

  async #deletion(job: Job): Promise<StateWrite[]> {
    const writes = [this.#jobs.remove(job.id)];
    if (job.endedAtMs !== null) writes.push({ delete: keys.jobEnded(job.endedAtMs, job.id) });
    for await (const [key] of this.#database.entries(keys.jobFailures(job.id))) {
      writes.push({ delete: key });
    }
    return writes;
  }

  async *#found(id: unknown): AsyncIterable<Job> {
    const job = typeof id === 'number' ? await this.get(id) : null;
    if (job !== null) yield job;
  }
}
