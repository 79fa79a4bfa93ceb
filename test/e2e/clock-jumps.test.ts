import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  createPolicy,
  creation,
  hasEnded,
  type JobView,
  listDatasets,
  repeatCopy,
  runPolicy,
  viewJob,
} from '../support/e2e-policies.js';
import { until } from '../support/e2e-until.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DECADE_MS = 3_652 * DAY_MS;
const PRELOAD = new URL('../support/shifted-clock.js', import.meta.url).href;

interface PolicyView {
  readonly next_run_at: string;
}

/** A chain every hour on a host whose clock is set; its datasets are over after an hour. */
describe('a host whose clock jumps while it makes a dataset', function () {
  this.timeout(120_000);
  let hooks = '';
  let agents: TestAgents;
  let agent: AgentProcess;
  let kept: string[] = [];
  const policies = { make: 0, copy: 0, cleanup: 0 };
  const tree = () => agents.root('keeper', 'tree');
  const copied = () => agents.root('keeper', 'copy');
  const shiftFile = () => join(hooks, 'shift');
  const shiftMs = () => Number(readFileSync(shiftFile(), 'utf8'));

  before(async function () {
    if (process.getuid?.() !== 0) this.skip();
    hooks = mkdtempSync(join(tmpdir(), 'dm-hooks-'));
    chmodSync(hooks, 0o755);
    // A dataset is made as long as the file `hold` is there, and `held` says that one has begun.
    const script = `touch ${hooks}/held; while [ -e ${hooks}/hold ]; do sleep 0.05; done`;
    writeFileSync(join(hooks, 'wait'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(hooks, 'wait'), 0o755);
    writeFileSync(shiftFile(), '0');
    const launcher = [
      ...['env', `NODE_OPTIONS=--import=${PRELOAD}`],
      `SHIFTED_CLOCK_FILE=${shiftFile()}`,
    ];
    const extra = [`--hooks-dir=${hooks}`];
    agents = await TestAgents.open({
      agents: [{ name: 'keeper', certified: false, launcher, extra }],
    });
    agent = agents.agent('keeper');
    mkdirSync(tree());
    policies.make = await createPolicy(agent, 'CREATION', {
      ...creation('local', tree()),
      ...{ 'creation-dataset-retention-period': 3_600, 'creation-dataset-reserve': 1 },
      ...{ 'pre-command': 'wait', 'time-zone': 'UTC' },
      // Half an hour off, whatever day it is: only jumps make it due here.
      recurrence: `${(new Date().getUTCMinutes() + 30) % 60} * * * *`,
    });
    policies.copy = await createPolicy(agent, 'REPEAT_COPY', {
      ...repeatCopy({ account: 'local', path: tree() }, { account: 'local', path: copied() }),
      ...{ 'parent-exec-policy-id': policies.make },
      'repeat-copy-base-dataset-retention-period': 3_600,
    });
    policies.cleanup = await createPolicy(agent, 'EXPIRATION', {
      'expiration-account-id': 'local',
    });
  });
  after(async () => {
    if (hooks !== '') rmSync(join(hooks, 'hold'), { force: true });
    await agents?.[Symbol.asyncDispose]();
    if (hooks !== '') rmSync(hooks, { recursive: true, force: true });
  });

  const modify = (...flags: string[]) =>
    dmJson<PolicyView>(agent, 'policies', 'modify', String(policies.make), ...flags);
  /** The scheduler looks within a minute; a change of a policy makes it look at once. */
  async function jump(ms: number): Promise<void> {
    writeFileSync(shiftFile(), String(ms));
    await modify(`--briefcase=${ms}`);
  }
  /** By their records: lists leave out what ended more than a day ago. */
  async function jobs(): Promise<JobView[]> {
    const found: JobView[] = [];
    for (let id = 1; ; id++) {
      const job = await viewJob(agent, id).catch(() => null);
      if (job === null) return found;
      if (job.policy_id !== policies.cleanup) found.push(job);
    }
  }
  const made = async () => (await jobs()).filter(({ policy_id }) => policy_id === policies.make);
  const idsAt = async (path: string) =>
    (await listDatasets(agent, path)).map(({ dataset_global_id: id }) => id);
  const settled = (count: number) =>
    until(`${count} chains in all have ended`, async () => {
      if ((await made()).length < count || !(await jobs()).every(hasEnded)) return false;
      return (await idsAt(tree())).at(-1) === (await idsAt(copied())).at(-1);
    });
  /** A run is asked for, and has begun to make its dataset, which it does not end before `go`. */
  async function begin(): Promise<void> {
    rmSync(join(hooks, 'held'), { force: true });
    writeFileSync(join(hooks, 'hold'), '');
    writeFileSync(join(tree(), 'file'), String(performance.now()));
    await modify('--run-now=true');
    await until('the dataset is being made', () => existsSync(join(hooks, 'held')));
  }
  const go = () => rmSync(join(hooks, 'hold'));
  const expiry = async () => (await runPolicy(agent, policies.cleanup)).job?.error_code;
  async function atEach(count: number): Promise<void> {
    expect(await listDatasets(agent, tree())).to.have.length(count);
    // A copy that begins after the next dataset was made brings that one, and leaves nothing to the copy after it.
    const there = await idsAt(copied());
    expect(there).to.include.members(kept);
    kept = there;
    expect(await made()).to.have.length(count);
    for (const { state, error_message } of await jobs())
      expect(state, error_message).to.equal('finished');
  }
  async function isDueWithinAnHour(): Promise<void> {
    const { next_run_at } = await modify('--priority=NORMAL');
    expect(Date.parse(next_run_at) - Date.now() - shiftMs()).to.be.within(0, HOUR_MS);
  }

  it('ten years ahead ends the chain, makes one more run for all those hours, and expires nothing', async () => {
    await begin();
    await jump(DECADE_MS);
    expect(await expiry()).to.equal('clock_suspect');
    expect((await jobs()).map(({ state }) => state)).to.deep.equal(['running']);
    go();
    // The chain that ran, and the one that was due meanwhile.
    await settled(2);
    await isDueWithinAnHour();
    await atEach(2);
    expect(await expiry()).to.equal('clock_suspect');
    await atEach(2);
  });

  it('back to where it was ends the chain and runs nothing that is not due', async () => {
    await begin();
    await jump(0);
    go();
    await settled(3);
    await isDueWithinAnHour();
    expect(await expiry()).to.equal('clock_suspect');
    await atEach(3);
  });

  it('to the day before ends the chain, runs nothing that is not due, and expires nothing', async () => {
    expect((await dm(agent, 'state', 'accept-clock')).code).to.equal(0);
    await begin();
    await jump(-DAY_MS);
    expect(await expiry()).to.equal('clock_suspect');
    go();
    await settled(4);
    await isDueWithinAnHour();
    await atEach(4);
    expect(await expiry()).to.equal('clock_suspect');
    await atEach(4);
  });
});
