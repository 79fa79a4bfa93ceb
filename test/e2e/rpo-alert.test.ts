import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, mustRun, repeatCopy } from '../support/e2e-policies.js';
import { until } from '../support/e2e-until.js';
import { simulatedLauncher, tellTime } from '../support/simulated-time.js';

const MINUTE_MS = 60_000;
const START_MS = Date.parse('2040-05-01T09:00:00Z');
const LATE = 'the newest copy is older than the RPO alert of its policy';
const AGAIN = 'the newest copy is within the RPO alert again';
/** The alerts of three policies, in minutes: one is late after the other, so that each look is seen. */
const ALERTS = [60, 61, 62];

interface Line {
  readonly level: number | string;
  readonly msg: string;
  readonly policy?: string;
  readonly place?: string;
  readonly path?: string;
  readonly http?: string;
}

interface PolicyView {
  readonly id: number;
  readonly name: string;
  readonly rpo_exceeded: boolean;
}

/** Minute by minute on a clock that is set. */
describe('the alert of a copy that is too old', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let agent: AgentProcess;
  let make = 0;
  const copies: PolicyView[] = [];
  const tree = () => agents.root('alpha', 'tree');
  const target = (at: number) => agents.root('alpha', `copy-${at}`);

  before(async () => {
    const launcher = simulatedLauncher(START_MS);
    const extra = ['--http=0'];
    agents = await TestAgents.open({
      agents: [{ name: 'alpha', certified: false, launcher, extra }],
    });
    agent = agents.agent('alpha');
    mkdirSync(tree());
    make = await createPolicy(agent, 'CREATION', creation('local', tree()));
    for (const [at, minutes] of ALERTS.entries()) {
      const id = await createPolicy(agent, 'REPEAT_COPY', {
        ...repeatCopy({ account: 'local', path: tree() }, { account: 'local', path: target(at) }),
        'repeat-copy-rpo-alert': minutes * 60,
      });
      copies.push(await dmJson<PolicyView>(agent, 'policies', 'view', String(id)));
    }
    await copyAll('first');
  });
  after(() => agents?.[Symbol.asyncDispose]());

  async function copyAll(content: string): Promise<void> {
    writeFileSync(join(tree(), 'file'), content);
    await mustRun(agent, make);
    for (const { id } of copies) await mustRun(agent, id);
  }
  const log = () =>
    readFileSync(agents.scratch('alpha.log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  /** How often each policy was said to be late, or to be no more. */
  const said = (msg: string) =>
    copies.map(
      ({ name }) => log().filter((line) => line.msg === msg && line.policy === name).length,
    );
  const atMinute = (minute: number) => tellTime(agent, START_MS + minute * MINUTE_MS);
  const saysOnce = (msg: string, expected: readonly number[]) =>
    until(`the log says ${expected} times: ${msg}`, () => said(msg).join() === expected.join());

  /** What the list, the view, the status and the metrics say of each policy. */
  async function exceeded(): Promise<boolean[]> {
    const listed = await dmJson<PolicyView[]>(agent, 'policies', 'list');
    const { http = '' } = log().find(({ msg }) => msg === 'ready') ?? {};
    const metrics = await (await fetch(`http://${http}/metrics`)).text();
    const { stdout } = await dm(agent, '--format=json', 'status');
    const { problems } = JSON.parse(stdout) as { problems: { kind: string; object: string }[] };
    const found: boolean[] = [];
    for (const { id, name } of copies) {
      const view = await dmJson<PolicyView>(agent, 'policies', 'view', String(id));
      const object = `policy ${id} (${name})`;
      const all = [
        listed.find((one) => one.id === id)?.rpo_exceeded,
        view.rpo_exceeded,
        metrics.includes(`dm_policy_rpo_exceeded{policy="${name}"} 1\n`),
        !metrics.includes(`dm_policy_rpo_exceeded{policy="${name}"} 0\n`),
        problems.some((one) => one.kind === 'rpo_exceeded' && one.object === object),
      ];
      expect(new Set(all).size, `${name}: ${all}`).to.equal(1);
      found.push(view.rpo_exceeded);
    }
    return found;
  }

  it('is logged once when a policy becomes late, with where its copy is, and shown while it is', async () => {
    await atMinute(60);
    expect(await exceeded()).to.deep.equal([false, false, false]);
    await atMinute(61);
    await saysOnce(LATE, [1, 0, 0]);
    expect(await exceeded()).to.deep.equal([true, false, false]);
    // Each look finds another one late, and says nothing more of those before.
    await atMinute(62);
    await saysOnce(LATE, [1, 1, 0]);
    await atMinute(63);
    await saysOnce(LATE, [1, 1, 1]);
    expect(await exceeded()).to.deep.equal([true, true, true]);
    const [line] = log().filter(({ msg, policy }) => msg === LATE && policy === copies[1]?.name);
    expect(line).to.include({ level: 40, place: 'local', path: target(1) });
    const table = await dm(agent, 'policies', 'list');
    expect(table.stdout.split('\n')[0]).to.contain('RPO EXCEEDED');
    expect(table.stdout.match(/ yes *$/gm)).to.have.length(ALERTS.length);
    expect((await dm(agent, 'status')).code).to.equal(1);
    expect(said(AGAIN)).to.deep.equal([0, 0, 0]);
  });

  it('is over with the next copy, which is logged once, and logged again when it is late again', async () => {
    await copyAll('second');
    expect(await exceeded()).to.deep.equal([false, false, false]);
    await atMinute(64);
    await saysOnce(AGAIN, [1, 1, 1]);
    expect((await dm(agent, 'status')).code).to.equal(0);
    await atMinute(63 + 61);
    await saysOnce(LATE, [2, 1, 1]);
    await atMinute(63 + 63);
    await saysOnce(LATE, [2, 2, 2]);
    expect(said(AGAIN)).to.deep.equal([1, 1, 1]);
    expect(await exceeded()).to.deep.equal([true, true, true]);
  });

  it('is not over by a run that finds nothing newer to copy', async () => {
    for (const { id } of copies) await mustRun(agent, id);
    expect(await exceeded()).to.deep.equal([true, true, true]);
  });
});
