import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  createPolicy,
  creation,
  type JobView,
  mustRun,
  runPolicy,
} from '../support/e2e-policies.js';
import { TempDirectory } from '../support/temp-directory.js';

const DAY_MS = 86_400_000;
const PRELOAD = new URL('../support/shifted-clock.js', import.meta.url).href;

describe('a host whose clock jumps', function () {
  this.timeout(120_000);
  const directory = new TempDirectory();
  const shiftFile = directory.join('shift');
  let agents: TestAgents;
  let keeper: AgentProcess;
  let tree = '';
  let make = 0;
  let cleanup = 0;

  const jump = (ms: number) => writeFileSync(shiftFile, String(ms));

  before('start an agent', async () => {
    jump(0);
    const launcher = ['env', `NODE_OPTIONS=--import=${PRELOAD}`, `SHIFTED_CLOCK_FILE=${shiftFile}`];
    agents = await TestAgents.open({ agents: [{ name: 'keeper', certified: false, launcher }] });
    keeper = agents.agent('keeper');
    tree = agents.root('keeper', 'tree');
    mkdirSync(tree);
    make = await createPolicy(keeper, 'CREATION', {
      ...creation('local', tree),
      'creation-dataset-retention-period': 3_600,
      'creation-dataset-reserve': 1,
    });
    cleanup = await createPolicy(keeper, 'EXPIRATION', { 'expiration-account-id': 'local' });
  });
  after('stop it', async () => {
    await agents?.[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  const makeOne = async (content: string) => {
    writeFileSync(join(tree, 'file'), content);
    await mustRun(keeper, make);
  };
  const datasets = () =>
    dmJson<{ id: number; committed_at: string }[]>(
      keeper,
      ...['datasets', 'list', `--base-path=${tree}`],
    );
  const acceptClock = async () => {
    const { code, stderr } = await dm(keeper, 'state', 'accept-clock');
    expect(code, stderr).to.equal(0);
  };
  const problems = async () => {
    const { stdout } = await dm(keeper, '--format=json', 'status');
    const status = JSON.parse(stdout) as { problems: { kind: string }[] };
    return status.problems.map(({ kind }) => kind);
  };
  const expireAll = async () => (await runPolicy(keeper, cleanup)).job;
  const expiredBy = (job: JobView | null) =>
    (job as (JobView & { expiration: { expired_total: number } }) | null)?.expiration.expired_total;

  it('expires nothing when it is far ahead, also after a restart, until somebody says that it is right', async () => {
    for (const content of ['one', 'two', 'three']) await makeOne(content);
    expect(await problems()).to.deep.equal([]);
    jump(10 * 365 * DAY_MS);
    expect((await expireAll())?.error_code).to.equal('clock_suspect');
    expect(await problems()).to.include('clock_suspect');
    await keeper.kill();
    await keeper.start();
    expect((await expireAll())?.error_code).to.equal('clock_suspect');
    expect(await datasets()).to.have.length(3);

    await acceptClock();
    expect(await problems()).to.not.include('clock_suspect');
    expect(expiredBy(await expireAll())).to.equal(2);
    expect(await datasets()).to.have.length(1);
  });

  it('dates again what it made while it was ahead, when it is set right', async () => {
    await makeOne('four');
    jump(0);
    expect((await expireAll())?.error_code).to.equal('clock_suspect');
    await acceptClock();
    const kept = await datasets();
    expect(kept).to.have.length(2);
    for (const { committed_at } of kept) expect(Date.parse(committed_at)).to.be.at.most(Date.now());
    expect(await problems()).to.not.include('clock_suspect');
    // Their period is counted from then: nothing is due yet.
    expect(expiredBy(await expireAll())).to.equal(0);
    await makeOne('five');
    expect(await datasets()).to.have.length(3);
  });
});
