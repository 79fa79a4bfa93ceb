import { expect } from 'chai';
import type { JobExecutor } from '../../../src/job/executor.js';
import { JobQueue } from '../../../src/job/job-queue.js';
import { JobStore } from '../../../src/job/job-store.js';
import { DmError } from '../../../src/model/error.js';
import { type JobId, parseGfid } from '../../../src/model/ids.js';
import { ENDED_STATES, type Job } from '../../../src/model/job.js';
import { StateDatabase } from '../../../src/state/database.js';
import { type Clock, systemClock } from '../../../src/util/clock.js';
import { samplePolicy as policy } from '../../support/policies.js';
import { TempDirectory } from '../../support/temp-directory.js';

const RUN = { adopt: false, acceptSource: false };

/** A clock that does not wait: delays resolve at once, their time has passed then, and they are remembered. */
class ImpatientClock implements Clock {
  readonly delays: number[] = [];
  #nowMs = systemClock.now();
  now = () => this.#nowMs;
  jump(ms: number): void {
    this.#nowMs += ms;
  }
  async delay(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.delays.push(ms);
    this.#nowMs += ms;
  }
}

/** Waits for a stop: what a job does that would run for ever. */
function untilStopped(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

describe('job queue', () => {
  let directory: TempDirectory;
  let database: StateDatabase;
  let store: JobStore;
  let clock: ImpatientClock;
  let ended: Job[];
  /** By the clock unless a test says otherwise. */
  let uptime: () => number | null;

  beforeEach(async () => {
    directory = new TempDirectory();
    database = await StateDatabase.open(directory.join('state'));
    store = new JobStore({ database });
    clock = new ImpatientClock();
    ended = [];
    uptime = () => null;
  });

  afterEach(async () => {
    await database[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  function open(execute: JobExecutor, concurrency = 4): JobQueue {
    return new JobQueue(
      { concurrency },
      {
        store,
        execute,
        clock,
        uptime: () => uptime() ?? clock.now(),
        limits: async () => [],
        random: () => 0.5,
        onEnd: async () => [],
        afterEnd: (job) => ended.push(job),
        log: () => undefined,
      },
    );
  }

  async function finalState(queue: JobQueue, id: JobId): Promise<Job> {
    for await (const job of queue.watch(id, new AbortController().signal)) {
      if (ENDED_STATES.has(job.state)) return job;
    }
    throw new Error('the watch ended before the job');
  }

  async function until(queue: JobQueue, id: JobId, state: Job['state']): Promise<void> {
    for await (const job of queue.watch(id, new AbortController().signal)) {
      if (job.state === state) return;
    }
  }

  async function untilSending(queue: JobQueue, id: JobId): Promise<void> {
    for await (const job of queue.watch(id, new AbortController().signal)) {
      if (job.progress.phase === 'sending') return;
    }
  }

  it('runs a job to finished and stores what it reported', async () => {
    await using queue = open(async (context) => {
      context.report({ targetDataset: 7, progress: { phase: 'sending', bytesDone: 10 } });
      return { partial: false };
    });
    const job = await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    expect(await finalState(queue, job.id)).to.include({ state: 'finished', targetDataset: 7 });
    expect(await store.get(job.id)).to.deep.include({ state: 'finished', targetDataset: 7 });
    expect(ended.map(({ id }) => id)).to.deep.equal([job.id]);
  });

  it('tries a transient failure again with growing delays and keeps what was counted', async () => {
    let attempts = 0;
    await using queue = open(async (context) => {
      if (++attempts < 4) throw new DmError('peer_unreachable', 'peer is away; check it');
      return { partial: context.job.retry.count !== 3 };
    });
    const job = await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    expect(await finalState(queue, job.id)).to.include({ state: 'finished', partial: false });
    expect(clock.delays).to.deep.equal([1_000, 2_000, 4_000]);
  });

  it('waits for the next attempt over a restart, and not for ever when the clock was set back', async () => {
    const first = open((_context, signal) => untilStopped(signal));
    const made = await first.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    const later = await first.create(policy(2), 'DATASET_CREATION_JOB', RUN, () => []);
    await until(first, made.id, 'running');
    await until(first, later.id, 'running');
    await first[Symbol.asyncDispose]();
    const retry = { count: 3, reason: 'the peer is away' };
    for (const [{ id }, inMs] of [
      [made, 10_000],
      [later, 86_400_000],
    ] as const) {
      const stored = await store.get(id);
      if (stored === null) throw new Error('the job is gone');
      await store.save({ ...stored, retry: { ...retry, nextAtMs: clock.now() + inMs } });
    }
    await using second = open(async () => ({ partial: false }));
    await second.resume();
    await finalState(second, made.id);
    expect((await finalState(second, later.id)).retry.nextAtMs).to.equal(null);
    expect(clock.delays[0]).to.be.within(9_000, 10_000);
    expect(clock.delays[1]).to.equal(36_000);
  });

  it('gives up after a day without progress, not because the clock jumps ahead', async () => {
    let attempts = 0;
    let uptimeMs = 0;
    uptime = () => uptimeMs;
    await using queue = open(async (context) => {
      attempts++;
      // As every attempt does: what it is about, and how it begins.
      context.report({ newTasksAccountId: 'a'.repeat(48), sourceDataset: 3 });
      context.report({ progress: { phase: 'connecting' } });
      context.report({ progress: { phase: 'copying' } });
      if (attempts === 2) clock.jump(10 * 365 * 86_400_000);
      if (attempts === 5) uptimeMs = 86_400_000;
      throw new DmError('peer_unreachable', 'peer is away; check it');
    });
    const job = await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    expect((await finalState(queue, job.id)).error?.code).to.equal('peer_unreachable');
    expect(attempts).to.equal(5);
  });

  it('does not give up while there is progress', async () => {
    let attempts = 0;
    let uptimeMs = 0;
    uptime = () => uptimeMs;
    await using queue = open(async (context) => {
      attempts++;
      uptimeMs += 50_000_000;
      context.report({ statistics: { bytesSent: attempts } });
      if (attempts === 6) return { partial: false };
      throw new DmError('peer_unreachable', 'peer is away; check it');
    });
    const job = await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    expect((await finalState(queue, job.id)).state).to.equal('finished');
  });

  it('fails at once on a final error and says why', async () => {
    await using queue = open(async () => {
      throw new DmError('target_not_empty', 'target /x holds files; choose another');
    });
    const job = await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    const final = await finalState(queue, job.id);
    expect(final.state).to.equal('failed');
    expect(final.error).to.deep.equal({
      code: 'target_not_empty',
      message: 'target /x holds files; choose another',
    });
  });

  it('pauses, resumes and cancels', async () => {
    await using queue = open(async (context, signal) => {
      context.report({ progress: { phase: 'working' } });
      return untilStopped(signal);
    });
    const { id } = await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    await until(queue, id, 'running');
    await queue.control(id, 'pause');
    await until(queue, id, 'paused');
    expect((await store.get(id))?.state).to.equal('paused');
    await queue.control(id, 'resume');
    await until(queue, id, 'running');
    await queue.control(id, 'cancel');
    expect((await finalState(queue, id)).state).to.equal('cancelled');
    expect((await store.get(id))?.state).to.equal('cancelled');
  });

  it('has on disk what was asked for before it answers: a kill forgets no pause and no resume', async () => {
    const stopped: (() => void)[] = [];
    /** Work that has not stopped yet, however often it is told. */
    const busy: JobExecutor = () =>
      new Promise((_resolve, reject) => stopped.push(() => reject(new Error('stopped'))));
    const first = open(busy, 1);
    const { id } = await first.create(policy(1), 'DATASET_BASELINE_COPY_JOB', RUN, () => []);
    await until(first, id, 'running');
    await first.control(id, 'pause');
    const killed = await store.get(id);
    expect(killed).to.include({ state: 'running', pausing: true });
    stopped.shift()?.();
    await until(first, id, 'paused');
    const other = await first.create(policy(2), 'DATASET_BASELINE_COPY_JOB', RUN, () => []);
    await until(first, other.id, 'running');
    await first.control(id, 'resume');
    expect(await store.get(id)).to.include({ state: 'pending', pausing: false });
    await first.control(id, 'pause');
    await until(first, id, 'paused');
    await first.control(id, 'complete-partial');
    expect(await store.get(id)).to.include({ state: 'pending', completePartial: true });
    stopped.shift()?.();
    await until(first, id, 'finishing');
    stopped.shift()?.();
    await first[Symbol.asyncDispose]();

    if (killed === null) throw new Error('the job is gone');
    await store.save(killed);
    await using second = open(async () => ({ partial: false }));
    await second.resume();
    expect(await second.get(id)).to.include({ state: 'paused', pausing: false });
  });

  it('cancels a job that is still pausing', async () => {
    await using queue = open((_context, signal) => untilStopped(signal));
    const { id } = await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    await until(queue, id, 'running');
    await Promise.all([queue.control(id, 'pause'), queue.control(id, 'cancel')]);
    expect((await finalState(queue, id)).state).to.equal('cancelled');
  });

  it('runs a paused job once however often it is resumed, and counts it as active', async () => {
    let runs = 0;
    let begun: () => void = () => undefined;
    const first = new Promise<void>((resolve) => {
      begun = resolve;
    });
    await using queue = open(async (_context, signal) => {
      if (++runs > 1) return { partial: false };
      begun();
      return untilStopped(signal);
    });
    const { id } = await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    await first;
    await queue.control(id, 'pause');
    await until(queue, id, 'paused');
    expect(queue.hasActive(1)).to.equal(true);
    const resumed = await Promise.allSettled([
      queue.control(id, 'resume'),
      queue.control(id, 'resume'),
    ]);
    expect(resumed.map(({ status }) => status)).to.have.members(['fulfilled', 'rejected']);
    await finalState(queue, id);
    expect(runs).to.equal(2);
    expect(queue.hasActive(1)).to.equal(false);
  });

  it('forgets no cancel of a job that is being resumed, which counts as active meanwhile', async () => {
    await using queue = open(async (_context, signal) => untilStopped(signal));
    const { id } = await queue.create(policy(1), 'DATASET_BASELINE_COPY_JOB', RUN, () => []);
    await until(queue, id, 'running');
    await queue.control(id, 'pause');
    await until(queue, id, 'paused');
    const asked = Promise.all([queue.control(id, 'resume'), queue.control(id, 'cancel')]);
    // Nothing but the end of the job comes between.
    let isOver = false;
    void finalState(queue, id).then(() => {
      isOver = true;
    });
    for (let look = 0; look < 20 && !isOver && ended.length === 0; look++) {
      expect(queue.hasActive(1)).to.equal(true);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await asked;
    expect((await finalState(queue, id)).state).to.equal('cancelled');
  });

  it('completes a copy that is just being paused with what has arrived', async () => {
    let stop: () => void = () => undefined;
    await using queue = open(({ job }) =>
      job.completePartial
        ? Promise.resolve({ partial: true })
        : new Promise((_resolve, reject) => {
            stop = () => reject(new Error('stopped'));
          }),
    );
    const { id } = await queue.create(policy(1), 'DATASET_BASELINE_COPY_JOB', RUN, () => []);
    await until(queue, id, 'running');
    await queue.control(id, 'pause');
    stop();
    await Promise.resolve();
    await queue.control(id, 'complete-partial');
    const { state, partial } = await finalState(queue, id);
    expect({ state, partial }).to.deep.equal({ state: 'finished', partial: true });
  });

  it('ends a copy with what has arrived, running or paused', async () => {
    const seen: boolean[] = [];
    await using queue = open(async ({ job, report }, signal) => {
      seen.push(job.completePartial);
      report({ progress: { phase: 'sending' } });
      if (job.completePartial) return { partial: true };
      return untilStopped(signal);
    });
    const running = await queue.create(policy(1), 'DATASET_BASELINE_COPY_JOB', RUN, () => []);
    await untilSending(queue, running.id);
    await queue.control(running.id, 'complete-partial');
    expect(await finalState(queue, running.id)).to.include({ state: 'finished', partial: true });
    const paused = await queue.create(policy(2), 'DATASET_BASELINE_COPY_JOB', RUN, () => []);
    await untilSending(queue, paused.id);
    await queue.control(paused.id, 'pause');
    await until(queue, paused.id, 'paused');
    await queue.control(paused.id, 'complete-partial');
    expect(await finalState(queue, paused.id)).to.include({ state: 'finished', partial: true });
    expect(seen).to.deep.equal([false, true, false, true]);
  });

  it('remembers over a restart that a copy is to be completed', async () => {
    const first = open((_context, signal) => untilStopped(signal));
    const { id } = await first.create(policy(1), 'DATASET_BASELINE_COPY_JOB', RUN, () => []);
    await until(first, id, 'running');
    await Promise.all([first.control(id, 'complete-partial'), first[Symbol.asyncDispose]()]);
    await using second = open(async ({ job }) => ({ partial: job.completePartial }));
    await second.resume();
    expect(await finalState(second, id)).to.include({ state: 'finished', partial: true });
  });

  it('does not complete the making of a dataset partially', async () => {
    await using queue = open((_context, signal) => untilStopped(signal));
    const { id } = await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    const refused = await queue.control(id, 'complete-partial').catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(DmError).with.property('code', 'invalid_argument');
  });

  it('remembers a cancel over a kill', async () => {
    const first = open((_context, signal) => untilStopped(signal));
    const { id } = await first.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    await until(first, id, 'running');
    const running = await first.get(id);
    await first[Symbol.asyncDispose]();
    // As a kill leaves it that comes before the work has stopped.
    await store.save({ ...running, state: 'cancelling' });
    await using second = open(async () => ({ partial: false }));
    await second.resume();
    expect((await store.get(id))?.state).to.equal('cancelled');
  });

  it('goes on by itself from what is stored when its state could not be stored for a while', async () => {
    const { save } = store;
    let [failing, runs] = [0, 0];
    store.save = async (...words) => {
      if (failing-- > 0) throw new DmError('io_error', 'the disk is full');
      await save.apply(store, words);
    };
    const queue = open(async () => {
      // Its end, and the first two attempts to take it up.
      if (++runs === 1) failing = 3;
      return { partial: false };
    });
    const { id } = await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    expect((await finalState(queue, id)).state).to.equal('finished');
    expect([runs, clock.delays, ended.length]).to.deep.equal([2, [1_000, 2_000, 4_000], 1]);
    expect(queue.hasActive(1)).to.equal(false);
    await queue[Symbol.asyncDispose]();
  });

  it('has ended when only the answer to the write was lost', async () => {
    const { save } = store;
    let isLost = false;
    store.save = async (job, also) => {
      await save.call(store, job, also);
      if (!ENDED_STATES.has(job.state) || isLost) return;
      isLost = true;
      throw new DmError('io_error', 'fdatasync failed');
    };
    let runs = 0;
    const queue = open(async () => ({ partial: runs++ > 0 }));
    const { id } = await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    expect((await finalState(queue, id)).state).to.equal('finished');
    while (queue.hasActive(1)) await new Promise((resolve) => setImmediate(resolve));
    expect([runs, ended.map((job) => job.id)]).to.deep.equal([1, [id]]);
    await queue[Symbol.asyncDispose]();
  });

  it('stops while it cannot be stored, and is taken up by the next start', async () => {
    const { save } = store;
    store.save = () => Promise.reject(new DmError('io_error', 'the disk is full'));
    const queue = open(async () => ({ partial: false }));
    const { id } = await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    while (clock.delays.length < 3) await new Promise((resolve) => setImmediate(resolve));
    expect(queue.hasActive(1)).to.equal(true);
    await queue[Symbol.asyncDispose]();
    store.save = save;
    const next = open(async () => ({ partial: false }));
    await next.resume();
    expect((await finalState(next, id)).state).to.equal('finished');
    await next[Symbol.asyncDispose]();
  });

  it('takes no report of work that has ended', async () => {
    let late: () => void = () => undefined;
    await using queue = open(async (context) => {
      late = () => context.report({ targetDataset: 9 });
      return { partial: false };
    });
    const { id } = await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    await finalState(queue, id);
    late();
    await database.update(async () => undefined);
    expect(await store.get(id)).to.include({ state: 'finished', targetDataset: null });
  });

  it('takes up after a restart what was running, not what was paused', async () => {
    const first = open((_context, signal) => untilStopped(signal));
    const running = await first.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    const paused = await first.create(policy(2), 'DATASET_CREATION_JOB', RUN, () => []);
    await until(first, running.id, 'running');
    await until(first, paused.id, 'running');
    await first.control(paused.id, 'pause');
    await until(first, paused.id, 'paused');
    await first[Symbol.asyncDispose]();

    await using second = open(async () => ({ partial: false }));
    await second.resume();
    expect((await finalState(second, running.id)).state).to.equal('finished');
    expect((await second.get(paused.id)).state).to.equal('paused');
  });

  it('knows what has not ended before and while it takes it up: nothing that a job needs may expire then', async () => {
    const first = open((_context, signal) => untilStopped(signal));
    const made: JobId[] = [];
    for (const id of [1, 2, 3]) {
      made.push((await first.create(policy(id), 'DATASET_CREATION_JOB', RUN, () => [])).id);
    }
    await until(first, made[2] as JobId, 'running');
    await first.control(made[1] as JobId, 'pause');
    await until(first, made[1] as JobId, 'paused');
    await first[Symbol.asyncDispose]();
    const known: JobId[][] = [];
    await using second = open(async () => {
      known.push((await second.unfinished()).map(({ id }) => id));
      return { partial: false };
    }, 1);
    expect((await second.unfinished()).map(({ id }) => id)).to.deep.equal(made);
    await second.resume();
    await finalState(second, made[2] as JobId);
    expect(known[0]).to.deep.equal(made);
  });

  it('starts jobs of higher priority first', async () => {
    const order: number[] = [];
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    await using queue = open(async (context) => {
      if (context.job.policyId === 1) await gate;
      order.push(context.job.policyId);
      return { partial: false };
    }, 1);
    await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    const low = await queue.create(policy(2, 'LOW'), 'DATASET_CREATION_JOB', RUN, () => []);
    await queue.create(policy(3, 'HIGH'), 'DATASET_CREATION_JOB', RUN, () => []);
    release();
    await finalState(queue, low.id);
    expect(order).to.deep.equal([1, 3, 2]);
  });

  it('has a job that waits for its next attempt in the way of nobody', async () => {
    let isAway = true;
    clock.delay = (_ms, signal) => untilStopped(signal);
    await using queue = open(async ({ job: { policyId } }) => {
      if (policyId === 1 && isAway) throw new DmError('peer_unreachable', 'the peer is away');
      return { partial: false };
    }, 1);
    const away = await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    const other = await queue.create(policy(2, 'LOW'), 'DATASET_CREATION_JOB', RUN, () => []);
    expect((await finalState(queue, other.id)).state).to.equal('finished');
    expect(await queue.get(away.id)).to.deep.include({ state: 'running' });
    isAway = false;
    await queue.control(away.id, 'pause');
    await until(queue, away.id, 'paused');
    await queue.control(away.id, 'resume');
    expect((await finalState(queue, away.id)).state).to.equal('finished');
  });

  it('pauses and cancels a job that has not had its turn at once', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const ran: number[] = [];
    await using queue = open(async ({ job: { policyId } }) => {
      ran.push(policyId);
      if (policyId === 1) await gate;
      return { partial: false };
    }, 1);
    const [first, cancelled, paused] = await Promise.all(
      [1, 2, 3].map((id) => queue.create(policy(id), 'DATASET_CREATION_JOB', RUN, () => [])),
    );
    if (!first || !cancelled || !paused) throw new Error('three jobs were made');
    await until(queue, first.id, 'running');
    await queue.control(cancelled.id, 'cancel');
    expect((await finalState(queue, cancelled.id)).state).to.equal('cancelled');
    await queue.control(paused.id, 'pause');
    await until(queue, paused.id, 'paused');
    expect((await store.get(paused.id))?.state).to.equal('paused');
    release();
    await finalState(queue, first.id);
    expect(ran).to.deep.equal([1]);
  });

  it('keeps failed entries once per path', async () => {
    const failure = {
      gfid: parseGfid(2n),
      path: Buffer.from([0x61, 0xff]),
      code: 'io_error',
      message: 'disk',
    };
    await using queue = open(async (context) => {
      context.recordFailures([failure]);
      context.recordFailures([failure, { ...failure, path: Buffer.from('b') }]);
      return { partial: true };
    });
    const { id } = await queue.create(policy(1), 'DATASET_CREATION_JOB', RUN, () => []);
    expect(await finalState(queue, id)).to.include({ partial: true, failedTotal: 2 });
    const paths: string[] = [];
    for await (const { path } of store.failures(id)) paths.push(Buffer.from(path).toString('hex'));
    expect(paths).to.have.members(['61ff', '62']);
  });
});
