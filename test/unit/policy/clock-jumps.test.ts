import { expect } from 'chai';
import { parsePolicyId } from '../../../src/model/ids.js';
import { NO_SCHEDULE } from '../../../src/model/schedule.js';
import { ScheduledPolicies } from '../../support/scheduled-policies.js';

const HOURLY = { ...NO_SCHEDULE, recurrence: ['0 * * * *'] };

describe('a clock that jumps while a job runs', () => {
  let world: ScheduledPolicies;
  let hourly = '';

  /** The job of one o'clock runs, and does not end before `release`. */
  beforeEach(async () => {
    world = await ScheduledPolicies.open('2026-01-02T00:10:00Z');
    hourly = await world.create('hourly', { schedule: HOURLY });
    await world.looked();
    world.hold();
    await world.set('2026-01-02T01:00:00Z');
    expect(await states()).to.have.length(1);
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const states = async (policy = hourly) => (await world.jobsOf(policy)).map(({ state }) => state);

  it('ten years ahead makes one run after it of all that was due, and goes on from there', async () => {
    await world.set('2036-01-01T00:30:00Z');
    await world.set('2036-01-01T00:31:00Z');
    expect(await states()).to.have.length(1);
    world.release();
    await world.settled();
    expect(await states()).to.deep.equal(['finished', 'finished']);
    expect(await world.nextRun(hourly)).to.equal('2036-01-01T01:00:00.000Z');
    await world.set('2036-01-01T00:59:59Z');
    expect(await states()).to.have.length(2);
    await world.set('2036-01-01T01:00:00Z');
    await world.settled();
    expect(await states()).to.deep.equal(['finished', 'finished', 'finished']);
  });

  it('a day back makes no run of its own, and the next hour that it shows makes one', async () => {
    await world.set('2026-01-01T01:00:30Z');
    expect(await states()).to.have.length(1);
    world.release();
    await world.settled();
    expect(await states()).to.deep.equal(['finished']);
    expect(await world.nextRun(hourly)).to.equal('2026-01-01T02:00:00.000Z');
    await world.set('2026-01-01T02:00:00Z');
    await world.settled();
    expect(await states()).to.deep.equal(['finished', 'finished']);
    const [, second] = await world.jobsOf(hourly);
    expect(second?.endedAtMs).to.equal(Date.parse('2026-01-01T02:00:00Z'));
  });

  it('ten years ahead and back again leaves nothing due', async () => {
    await world.set('2036-01-01T00:30:00Z');
    await world.set('2026-01-02T01:01:00Z');
    world.release();
    await world.settled();
    expect(await states()).to.deep.equal(['finished']);
    expect(await world.nextRun(hourly)).to.equal('2026-01-02T02:00:00.000Z');
    await world.set('2026-01-02T02:00:00Z');
    await world.settled();
    expect(await states()).to.have.length(2);
  });

  it('makes one run of those that were asked for before, between and after', async () => {
    for (const time of ['2036-01-01T00:30:00Z', '2026-01-01T00:30:00Z']) {
      await world.policies.run(hourly);
      await world.set(time);
    }
    await world.policies.run(hourly);
    world.release();
    await world.settled();
    expect(await states()).to.deep.equal(['finished', 'finished']);
  });

  it('runs what has a start time alone once, however often the clock shows it', async () => {
    const schedule = { ...NO_SCHEDULE, startTime: '2026-01-02 05:00:00' };
    const once = await world.create('once', { schedule });
    await world.set('2036-01-01T00:30:00Z');
    expect(await states(once)).to.have.length(1);
    await world.set('2026-01-02T01:01:00Z');
    world.release();
    await world.settled();
    await world.set('2026-01-02T05:00:00Z');
    await world.settled();
    expect(await states(once)).to.deep.equal(['finished']);
    expect(await world.nextRun(once)).to.equal(null);
  });

  it('runs a child once for its parent, whichever way it jumps', async () => {
    const parent = parsePolicyId(Number(hourly));
    const child = await world.create('child', { parentId: parent });
    await world.set('2036-01-01T00:30:00Z');
    expect(await states(child)).to.have.length(0);
    await world.policies.modify(hourly, (policy) => ({ ...policy, schedule: NO_SCHEDULE }));
    world.release();
    await world.settled();
    expect(await states(hourly)).to.deep.equal(['finished']);
    expect(await states(child)).to.deep.equal(['finished']);
    await world.set('2026-01-01T00:30:00Z');
    await world.settled();
    expect(await states(child)).to.have.length(1);
  });

  it('runs a child that became due while its job ran as soon as that has ended, whenever it is then', async () => {
    const child = await world.create('child', { parentId: parsePolicyId(Number(hourly)) });
    const { jobId } = await world.policies.run(child);
    await world.looked();
    const [parent] = await world.jobsOf(hourly);
    await world.end(parent?.id ?? 0);
    await world.set('2025-12-31T00:30:00Z');
    await world.end(jobId);
    world.release();
    await world.settled();
    expect(await states(child)).to.deep.equal(['finished', 'finished']);
  });
});
