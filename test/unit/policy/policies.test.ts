import { expect } from 'chai';
import type { JobExecutor } from '../../../src/job/executor.js';
import { JobQueue } from '../../../src/job/job-queue.js';
import { JobStore } from '../../../src/job/job-store.js';
import { DmError } from '../../../src/model/error.js';
import { type JobId, parseJobId, parsePolicyId } from '../../../src/model/ids.js';
import { ENDED_STATES } from '../../../src/model/job.js';
import { NO_SCHEDULE } from '../../../src/model/schedule.js';
import { BasePolicyStore } from '../../../src/policy/base-policy-store.js';
import { PlannedRuns } from '../../../src/policy/planned-runs.js';
import { Policies } from '../../../src/policy/policies.js';
import { PolicyStore } from '../../../src/policy/policy-store.js';
import { Scheduler } from '../../../src/policy/scheduler.js';
import { StateDatabase } from '../../../src/state/database.js';
import { until } from '../../support/e2e-until.js';
import { ANYTHING_GOES, NEW_POLICY as NEW } from '../../support/scheduled-policies.js';
import { SetClock } from '../../support/set-clock.js';
import { TempDirectory } from '../../support/temp-directory.js';

const HOURLY = { ...NO_SCHEDULE, recurrence: ['0 * * * *'] };

describe('running policies', () => {
  let directory: TempDirectory;
  let database: StateDatabase;
  let jobs: JobStore;
  let queue: JobQueue;
  let policies: Policies;
  let execute: JobExecutor;
  let clock: SetClock;
  let scheduler: Scheduler;

  beforeEach(async () => {
    directory = new TempDirectory();
    database = await StateDatabase.open(directory.join('state'));
    jobs = new JobStore({ database });
    execute = async () => ({ partial: false });
    clock = new SetClock(Date.parse('2026-01-01T00:10:00Z'));
    const store = new PolicyStore({ database });
    const baseStore = new BasePolicyStore({ database });
    const planned = new PlannedRuns({ localTimeZone: 'UTC' });
    const shared = { world: ANYTHING_GOES, planned, clock };
    policies = new Policies({
      ...shared,
      store,
      bases: baseStore,
      queue: () => queue,
      planChanged: () => scheduler.wake(),
    });
    scheduler = newScheduler();
    queue = new JobQueue(
      { concurrency: 4 },
      {
        store: jobs,
        execute: (context, signal) => execute(context, signal),
        clock,
        uptime: () => clock.now(),
        limits: async () => [],
        random: () => 0.5,
        onEnd: (job) => policies.atJobEnd(job),
        afterEnd: (job) => void policies.afterJobEnd(job),
        log: () => undefined,
      },
    );
  });

  afterEach(async () => {
    await scheduler[Symbol.asyncDispose]();
    await queue[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  function newScheduler(): Scheduler {
    return new Scheduler({
      startDue: () => policies.startDue(),
      clockSetBack: () => policies.clockSetBack(),
      clock,
      onError: (error) => {
        throw error;
      },
    });
  }

  /** The scheduler has done what is due: it sleeps, and no job is active. */
  async function settled(): Promise<void> {
    for (;;) {
      await clock.asleep();
      const active = await queue.unfinished();
      if (active.length === 0 && clock.sleeping) return;
      for (const { id } of active) await ended(id);
    }
  }

  async function ended(id: JobId): Promise<void> {
    for await (const job of queue.watch(id, new AbortController().signal)) {
      if (ENDED_STATES.has(job.state)) return;
    }
  }

  async function allJobs(): Promise<number> {
    let count = 0;
    for await (const _ of jobs.open()) count++;
    for await (const _ of jobs.ended(0)) count++;
    return count;
  }

  it('makes one job of runs asked for at once, and one more after it', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    execute = async () => {
      await gate;
      return { partial: false };
    };
    const { id } = await policies.create(NEW);
    const runs = await Promise.all([1, 2, 3].map(() => policies.run(String(id))));
    expect(new Set(runs.map(({ jobId }) => jobId)).size).to.equal(1);
    expect(await allJobs()).to.equal(1);
    release();
    await ended(parseJobId(runs[0]?.jobId ?? 0));
    let last = runs[0]?.jobId ?? 0;
    while (last === runs[0]?.jobId) last = (await policies.get(String(id))).lastJob ?? 0;
    await ended(parseJobId(last));
    expect(await allJobs()).to.equal(2);
  });

  it('tells who asked for a run while a job was active which job that became, or that none comes', async () => {
    const { id } = await policies.create(NEW);
    let end: () => void = () => undefined;
    execute = () => new Promise((resolve) => (end = () => resolve({ partial: false })));
    const none = new AbortController().signal;
    const first = await policies.run(String(id));
    const asked = await policies.run(String(id));
    expect(asked).to.deep.equal({ jobId: first.jobId, again: true });
    const next = policies.following.after(await queue.get(parseJobId(first.jobId)), none);
    await until(
      'it runs',
      async () => (await queue.get(parseJobId(first.jobId))).state === 'running',
    );
    end();
    const second = await next;
    expect(second).to.equal(first.jobId + 1);
    const last = await queue.get(parseJobId(second ?? 0));
    expect(await policies.following.after(last, none)).to.equal(null);
    await policies.run(String(id));
    const waiting = policies.following.after(last, none);
    await policies.modify(String(id), (policy) => ({ ...policy, enabled: false }));
    expect(await waiting).to.equal(null);
    await until('it runs', async () => (await queue.get(last.id)).state === 'running');
    end();
    await ended(last.id);
  });

  it('keeps what is modified while a run starts', async () => {
    const { id } = await policies.create(NEW);
    const [, { jobId }] = await Promise.all([
      policies.modify(String(id), (policy) => ({ ...policy, briefcase: 'kept' })),
      policies.run(String(id)),
    ]);
    expect(await policies.get(String(id))).to.include({ briefcase: 'kept', lastJob: jobId });
  });

  it('starts what is due when its time comes, and once for all that was missed', async () => {
    scheduler.start();
    const { id } = await policies.create({ ...NEW, schedule: HOURLY });
    await settled();
    expect(await allJobs()).to.equal(0);
    clock.set('2026-01-01T01:00:00Z');
    await settled();
    expect(await allJobs()).to.equal(1);
    await scheduler[Symbol.asyncDispose]();
    clock.set('2026-01-03T05:30:00Z');
    scheduler = newScheduler();
    scheduler.start();
    await settled();
    expect(await allJobs()).to.equal(2);
    expect((await policies.get(String(id))).nextRunAtMs).to.equal(Date.parse('2026-01-03T06:00Z'));
  });

  it('starts once when the clock jumps ahead, and goes on when it is set back', async () => {
    scheduler.start();
    const { id } = await policies.create({ ...NEW, schedule: HOURLY });
    await settled();
    clock.set('2036-01-01T00:30:00Z');
    await settled();
    expect(await allJobs()).to.equal(1);
    clock.set('2026-01-01T00:20:00Z');
    clock.wakeAll();
    await settled();
    expect(await allJobs()).to.equal(1);
    expect((await policies.get(String(id))).nextRunAtMs).to.equal(Date.parse('2026-01-01T01:00Z'));
  });

  it('keeps dates that the clock has jumped over, and runs none twice that has come', async () => {
    scheduler.start();
    const dateTimes = ['2026-01-01 01:00:00', '2026-01-02 01:00:00', '2026-01-03 01:00:00'];
    const { id } = await policies.create({ ...NEW, schedule: { ...NO_SCHEDULE, dateTimes } });
    const next = async () =>
      new Date((await policies.get(String(id))).nextRunAtMs ?? 0).toISOString();
    await settled();
    clock.set('2026-01-01T01:00:00Z');
    await settled();
    expect(await allJobs()).to.equal(1);
    // A day back: what has run when it came is not due once more.
    clock.set('2025-12-31T01:00:00Z');
    clock.wakeAll();
    await settled();
    expect(await next()).to.equal('2026-01-02T01:00:00.000Z');
    clock.set('2036-01-01T00:30:00Z');
    await settled();
    expect(await allJobs()).to.equal(2);
    clock.set('2026-01-01T02:00:00Z');
    clock.wakeAll();
    await settled();
    expect(await allJobs()).to.equal(2);
    expect(await next()).to.equal('2026-01-02T01:00:00.000Z');
  });

  it('starts nothing twice when the clock is corrected by a little', async () => {
    scheduler.start();
    const { id } = await policies.create({ ...NEW, schedule: HOURLY });
    await settled();
    clock.set('2026-01-01T01:00:00.300Z');
    await settled();
    expect(await allJobs()).to.equal(1);
    clock.set('2026-01-01T00:59:59.800Z');
    clock.wakeAll();
    await settled();
    clock.set('2026-01-01T01:00:01Z');
    await settled();
    expect(await allJobs()).to.equal(1);
    expect((await policies.get(String(id))).nextRunAtMs).to.equal(Date.parse('2026-01-01T02:00Z'));
  });

  it('makes a run that was asked for while a job was active after a restart too, with all that was asked', async () => {
    const { id } = await policies.create(NEW);
    execute = (_context, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    const first = parseJobId((await policies.run(String(id))).jobId);
    await policies.run(String(id), { adopt: false, acceptSource: true });
    await policies.run(String(id), { adopt: true, acceptSource: false });
    const asked = { adopt: true, acceptSource: true };
    expect((await policies.get(String(id))).runAgain).to.deep.equal(asked);
    await queue.control(first, 'cancel');
    await ended(first);
    // Cancelling switches the policy off, and what was asked for with it.
    expect((await policies.get(String(id))).runAgain).to.equal(null);
    await policies.modify(String(id), (policy) => ({ ...policy, enabled: true, runAgain: asked }));
    execute = async () => ({ partial: false });
    scheduler.start();
    await settled();
    const { lastJob, runAgain } = await policies.get(String(id));
    expect(runAgain).to.equal(null);
    expect((await queue.get(parseJobId(lastJob ?? 0))).options).to.deep.equal(asked);
  });

  it('keeps a child due when it may start earlier', async () => {
    scheduler.start();
    const parent = await policies.create(NEW);
    const at = (startTime: string) => ({ ...NO_SCHEDULE, startTime });
    const late = { parentId: parent.id, schedule: at('2026-01-02 00:00:00') };
    const { id } = await policies.create({ ...NEW, name: 'child', ...late });
    await ended(parseJobId((await policies.run(String(parent.id))).jobId));
    await settled();
    expect(await allJobs()).to.equal(1);
    const schedule = at('2026-01-01 00:00:00');
    await policies.modify(String(id), (policy) => ({ ...policy, schedule }));
    await settled();
    expect(await allJobs()).to.equal(2);
  });

  it('starts a policy with a past start time once', async () => {
    scheduler.start();
    const schedule = { ...NO_SCHEDULE, startTime: '2022-10-12 12:00:00' };
    const { id } = await policies.create({ ...NEW, schedule });
    await settled();
    expect(await allJobs()).to.equal(1);
    expect((await policies.get(String(id))).nextRunAtMs).to.equal(null);
  });

  it('runs children when a job of the parent has finished, and not when it failed', async () => {
    scheduler.start();
    const parent = await policies.create(NEW);
    const child = (name: string) =>
      policies.create({ ...NEW, name, parentId: parent.id, schedule: HOURLY });
    const children = [await child('a'), await child('b')];
    const grandchild = await policies.create({ ...NEW, name: 'c', parentId: parsePolicyId(2) });
    const none = new AbortController().signal;
    execute = async () => {
      throw new DmError('io_error', 'the disk is gone; look at it');
    };
    const failed = parseJobId((await policies.run(String(parent.id))).jobId);
    await ended(failed);
    expect(await policies.following.ofChildren(await queue.get(failed), none)).to.deep.equal([]);
    execute = async () => ({ partial: false });
    const finished = parseJobId((await policies.run(String(parent.id))).jobId);
    await ended(finished);
    const jobIds = await policies.following.ofChildren(await queue.get(finished), none);
    const followed = await Promise.all(jobIds.map((id) => queue.get(id)));
    expect(followed.map(({ policyId }) => policyId)).to.deep.equal(children.map(({ id }) => id));
    const first = parseJobId(jobIds[0] ?? 0);
    await ended(first);
    const [last] = await policies.following.ofChildren(await queue.get(first), none);
    expect((await queue.get(parseJobId(last ?? 0))).policyId).to.equal(grandchild.id);
    await settled();
    expect(await allJobs()).to.equal(5);
  });

  it('holds a child back until its start time', async () => {
    scheduler.start();
    const parent = await policies.create(NEW);
    const schedule = { ...NO_SCHEDULE, startTime: '2026-01-01 02:00:00' };
    await policies.create({ ...NEW, name: 'child', parentId: parent.id, schedule });
    await policies.run(String(parent.id));
    await settled();
    expect(await allJobs()).to.equal(1);
    clock.set('2026-01-01T02:00:00Z');
    await settled();
    expect(await allJobs()).to.equal(2);
  });

  it('refuses chains that come back to where they began, and to delete a parent', async () => {
    const a = await policies.create(NEW);
    const b = await policies.create({ ...NEW, name: 'b', parentId: a.id });
    const loop = policies.modify('p', (policy) => ({ ...policy, parentId: b.id }));
    const refusal = async (run: Promise<unknown>) => run.then(String, String);
    expect(await refusal(loop)).to.match(/would wait for itself \(1 after 2 after 1\)/);
    expect(await refusal(policies.delete('p'))).to.match(/is the parent of policy 2 \(b\)/);
    const missing = policies.create({ ...NEW, name: 'c', parentId: parsePolicyId(9) });
    expect(await refusal(missing)).to.match(/parent policy 9 does not exist/);
  });

  it('does not make up for what was missed while a policy was disabled', async () => {
    scheduler.start();
    const { id } = await policies.create({ ...NEW, schedule: HOURLY, enabled: false });
    clock.set('2026-01-01T05:30:00Z');
    await policies.modify(String(id), (policy) => ({ ...policy, enabled: true }));
    await settled();
    expect(await allJobs()).to.equal(0);
    expect((await policies.get(String(id))).nextRunAtMs).to.equal(Date.parse('2026-01-01T06:00Z'));
  });

  it('starts once at a start time, also when another part of the schedule is changed', async () => {
    scheduler.start();
    const schedule = { ...NO_SCHEDULE, startTime: '2022-10-12 12:00:00' };
    const { id } = await policies.create({ ...NEW, schedule });
    await settled();
    const dateTimes = ['2099-01-01 00:00:00'];
    const more = { ...schedule, dateTimes };
    await policies.modify(String(id), (policy) => ({ ...policy, schedule: more }));
    await settled();
    expect(await allJobs()).to.equal(1);
    expect((await policies.get(String(id))).nextRunAtMs).to.equal(Date.parse('2099-01-01T00:00Z'));
    // Given anew it is meant.
    const again = { ...more, startTime: '2022-10-12 13:00:00' };
    await policies.modify(String(id), (policy) => ({ ...policy, schedule: again }));
    await settled();
    expect(await allJobs()).to.equal(2);
  });

  it('makes no disabled policy that is to run now', async () => {
    const refused = await policies
      .create({ ...NEW, enabled: false }, { runNow: true })
      .catch(String);
    expect(refused).to.match(/policy_disabled|a disabled policy does not run/);
    expect(await policies.create(NEW, { runNow: true })).to.have.property('enabled', true);
    expect(await allJobs()).to.equal(1);
  });
});
