import { mkdirSync } from 'node:fs';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, hasEnded, tryCreatePolicy } from '../support/e2e-policies.js';
import { until } from '../support/e2e-until.js';
import { simulatedLauncher, tellTime } from '../support/simulated-time.js';

const SECOND_MS = 1_000;
const START = '2040-03-24T20:00:00.000Z';

interface PolicyView {
  readonly next_run_at: string;
  readonly last_run_at: string;
  readonly enabled: boolean;
}

interface Listed {
  readonly policy_id: number;
  readonly state: string;
}

/** On an agent whose host is in Tokyo, and whose clock is set. */
describe('dates and time zones of schedules', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let agent: AgentProcess;

  before(async () => {
    const launcher = ['env', 'TZ=Asia/Tokyo', ...simulatedLauncher(Date.parse(START))];
    agents = await TestAgents.open({ agents: [{ name: 'tokyo', certified: false, launcher }] });
    agent = agents.agent('tokyo');
    mkdirSync(agents.root('tokyo', 'tree'));
  });
  after(() => agents?.[Symbol.asyncDispose]());

  const scheduled = (flags: Record<string, string | readonly string[]>) =>
    createPolicy(agent, 'CREATION', {
      ...creation('local', agents.root('tokyo', 'tree')),
      ...flags,
    });
  const view = (id: number) => dmJson<PolicyView>(agent, 'policies', 'view', String(id));
  const jobsOf = async (id: number) =>
    (await dmJson<Listed[]>(agent, 'jobs', 'list')).filter(({ policy_id }) => policy_id === id);
  const ran = (id: number, times: number) =>
    until(`run ${times} of policy ${id}`, async () => {
      const jobs = await jobsOf(id);
      return jobs.length >= times && jobs.every(hasEnded);
    });

  /**
   * Lets it be each of the moments, and a second before each; what runs at any other time has made
   * a job too many at the end.
   */
  async function runsAt(id: number, moments: readonly string[]): Promise<void> {
    const before = (await jobsOf(id)).length;
    for (const [at, moment] of moments.entries()) {
      expect((await view(id)).next_run_at).to.equal(moment);
      await tellTime(agent, Date.parse(moment) - SECOND_MS);
      expect(await jobsOf(id)).to.have.length(before + at);
      await tellTime(agent, Date.parse(moment));
      await ran(id, before + at + 1);
      expect((await view(id)).last_run_at).to.equal(moment);
    }
    expect(await jobsOf(id)).to.have.length(before + moments.length);
  }

  it('are of the zone that is given, over the hour that daylight saving leaves out', async () => {
    const id = await scheduled({
      'date-times': ['2040-03-25 08:00', '2040-03-25 02:30:00', '2040-03-25 01:59:59'],
      'time-zone': 'Europe/Berlin',
    });
    // 01:59:59 is the last second before the clocks show 03:00, and there is no 02:30.
    await runsAt(id, [
      '2040-03-25T00:59:59.000Z',
      '2040-03-25T01:00:00.000Z',
      '2040-03-25T06:00:00.000Z',
    ]);
    expect((await view(id)).next_run_at).to.equal('');
  });

  it('are of the host where none is given, and of their offset where they have one', async () => {
    const id = await scheduled({
      'date-times': ['2040-03-25 18:00:00', '2040-03-25T18:00:00-02:30', '2040-03-25T10:00:00Z'],
    });
    await runsAt(id, [
      '2040-03-25T09:00:00.000Z',
      '2040-03-25T10:00:00.000Z',
      '2040-03-25T20:30:00.000Z',
    ]);
  });

  it('come besides a recurrence, which is of the same zone', async () => {
    const id = await scheduled({
      ...{ recurrence: '0 9 * * *', 'time-zone': 'America/New_York' },
      'date-times': '2040-03-26 11:15:00',
    });
    await runsAt(id, [
      '2040-03-26T13:00:00.000Z',
      '2040-03-26T15:15:00.000Z',
      '2040-03-27T13:00:00.000Z',
    ]);
    await dmJson(agent, 'policies', 'modify', String(id), '--time-zone=Europe/Berlin');
    expect((await view(id)).next_run_at).to.equal('2040-03-28T07:00:00.000Z');
    await dmJson(agent, 'policies', 'modify', String(id), '--enabled=false');
  });

  it('that pass while the agent is down are made up for by one run', async () => {
    const id = await scheduled({
      'date-times': ['2040-03-28 01:00:00', '2040-03-28 02:00:00', '2040-03-29 12:00:00'],
      'time-zone': 'UTC',
    });
    await agent.kill();
    await tellTime(agent, Date.parse('2040-03-29T00:00:00Z'));
    await agent.start();
    await ran(id, 1);
    await runsAt(id, ['2040-03-29T12:00:00.000Z']);
    expect(await jobsOf(id)).to.have.length(1 + 1);
  });

  it('that cannot be read are refused, each with what is wrong', async () => {
    const place = creation('local', agents.root('tokyo', 'tree'));
    for (const [flags, message] of [
      [{ 'date-times': '2040-02-30 10:00:00' }, /--date-times "2040-02-30 10:00:00" is not a time/],
      [{ 'date-times': '2040-03-01 10:00', 'time-zone': 'Mars/Base' }, /"Mars\/Base" is not known/],
    ] as const) {
      const { code, stderr } = await tryCreatePolicy(agent, 'CREATION', { ...place, ...flags });
      expect(code).to.equal(2);
      expect(stderr).to.match(/^dm: invalid_argument: /);
      expect(stderr).to.match(message);
    }
  });
});
