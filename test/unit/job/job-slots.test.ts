import { expect } from 'chai';
import { type AccountLimit, JobSlots } from '../../../src/job/job-slots.js';
import { newJob } from '../../../src/job/new-job.js';
import { parseJobId } from '../../../src/model/ids.js';
import type { Job } from '../../../src/model/job.js';
import type { Priority } from '../../../src/model/policy.js';
import { samplePolicy } from '../../support/policies.js';

const RUN = {
  type: 'DATASET_BASELINE_COPY_JOB',
  options: { adopt: false, acceptSource: false },
  createdAtMs: 1,
  parentJob: null,
} as const;

function job(id: number, priority: Priority = 'NORMAL'): Job {
  return newJob(parseJobId(id), samplePolicy(id, priority), RUN);
}

/** Jobs that end when they are told to. */
class Work {
  readonly started: number[] = [];
  readonly #ends = new Map<number, () => void>();

  of(id: number): () => Promise<void> {
    return () => {
      this.started.push(id);
      return new Promise((resolve) => this.#ends.set(id, resolve));
    };
  }

  async end(id: number): Promise<void> {
    this.#ends.get(id)?.();
    await settled();
  }
}

/** Everything that is due without a timer. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('the slots of jobs', () => {
  let work: Work;
  let limits: Map<number, readonly AccountLimit[]>;
  let slots: JobSlots;
  beforeEach(() => {
    work = new Work();
    limits = new Map();
    slots = new JobSlots({ concurrency: 3 }, { limits: async ({ id }) => limits.get(id) ?? [] });
  });

  async function start(...jobs: readonly Job[]): Promise<void> {
    for (const one of jobs) void slots.run(one, work.of(one.id), new AbortController().signal);
    await settled();
  }

  it('are given by priority, and in turn where that is the same', async () => {
    await start(job(1), job(2), job(3));
    await start(job(4, 'LOW'), job(5), job(6, 'HIGH'), job(7));
    expect(work.started).to.deep.equal([1, 2, 3]);
    for (const id of [1, 2, 3, 6]) await work.end(id);
    expect(work.started).to.deep.equal([1, 2, 3, 6, 5, 7, 4]);
  });

  it('are no more with one account than it allows, and the others go on', async () => {
    for (const id of [1, 2, 3, 6]) limits.set(id, [{ accountId: 'peer', jobs: 1 }]);
    await start(job(1), job(2), job(3, 'HIGH'), job(4), job(5));
    expect(work.started).to.deep.equal([1, 4, 5]);
    await work.end(4);
    expect(work.started).to.deep.equal([1, 4, 5]);
    await work.end(1);
    expect(work.started).to.deep.equal([1, 4, 5, 3]);
    limits.set(6, [{ accountId: 'peer', jobs: 2 }]);
    await start(job(6));
    expect(work.started).to.deep.equal([1, 4, 5, 3, 2]);
    await work.end(5);
    expect(work.started).to.deep.equal([1, 4, 5, 3, 2]);
    await work.end(3);
    expect(work.started).to.deep.equal([1, 4, 5, 3, 2, 6]);
  });

  it('are not waited for any more when the job is stopped', async () => {
    await start(job(1), job(2), job(3));
    const stop = new AbortController();
    const waiting = slots.run(job(4), work.of(4), stop.signal).catch((reason: unknown) => reason);
    await start(job(5));
    stop.abort('stopped');
    expect(await waiting).to.equal('stopped');
    await work.end(1);
    expect(work.started).to.deep.equal([1, 2, 3, 5]);
  });

  it('never wait for each other when jobs need two accounts, and are idle when all have ended', async () => {
    const both = [
      { accountId: 'a', jobs: 1 },
      { accountId: 'b', jobs: 1 },
    ];
    limits.set(1, both).set(2, [...both].reverse());
    await start(job(1), job(2));
    const idle = slots.idle();
    for (const id of [1, 2]) await work.end(id);
    expect(work.started).to.deep.equal([1, 2]);
    await idle;
  });

  it('go to the job of highest priority, whatever has waited at its account before', async () => {
    for (const id of [4, 5]) limits.set(id, [{ accountId: 'peer', jobs: 1 }]);
    await start(job(1), job(2), job(3), job(4, 'LOW'), job(6), job(5, 'HIGH'));
    await work.end(1);
    await work.end(2);
    expect(work.started).to.deep.equal([1, 2, 3, 5, 6]);
    await work.end(5);
    expect(work.started).to.deep.equal([1, 2, 3, 5, 6, 4]);
  });

  it('come to a job that needs two accounts, although others use one of them in turn', async () => {
    const of = (...ids: string[]) => ids.map((accountId) => ({ accountId, jobs: 1 }));
    limits.set(1, of('a')).set(2, of('b')).set(3, of('a', 'b')).set(4, of('a')).set(5, of('b'));
    await start(job(1), job(2), job(3), job(4), job(5));
    await work.end(1);
    expect(work.started).to.deep.equal([1, 2]);
    await work.end(2);
    expect(work.started).to.deep.equal([1, 2, 3]);
    // Its end makes room for two at once.
    await work.end(3);
    expect(work.started).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it('are as the limit is now, also for those that wait', async () => {
    const peer = (jobs: number) => [{ accountId: 'peer', jobs }];
    for (const id of [1, 2, 3]) limits.set(id, peer(1));
    await start(job(1), job(2), job(3));
    expect(work.started).to.deep.equal([1]);
    for (const id of [1, 2, 3]) limits.set(id, peer(2));
    await slots.limitsChanged();
    await settled();
    expect(work.started).to.deep.equal([1, 2]);
    for (const id of [1, 2, 3]) limits.set(id, peer(Number.POSITIVE_INFINITY));
    await slots.limitsChanged();
    await settled();
    expect(work.started).to.deep.equal([1, 2, 3]);
  });

  it('keep no account for a job that was stopped while it waited', async () => {
    const of = (...ids: string[]) => ids.map((accountId) => ({ accountId, jobs: 1 }));
    limits.set(1, of('a')).set(2, of('a', 'b')).set(3, of('b'));
    await start(job(1));
    const stop = new AbortController();
    const waiting = slots.run(job(2), work.of(2), stop.signal).catch((reason: unknown) => reason);
    await start(job(3));
    expect(work.started).to.deep.equal([1]);
    stop.abort('stopped');
    expect(await waiting).to.equal('stopped');
    await settled();
    expect(work.started).to.deep.equal([1, 3]);
  });
});
