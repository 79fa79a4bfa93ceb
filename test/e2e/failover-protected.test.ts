import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import { DelayingProxy } from '../support/delaying-proxy.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  createPolicy,
  creation,
  type JobView,
  listDatasets,
  mustRun,
  viewJob,
} from '../support/e2e-policies.js';
import { noise, patch } from '../support/e2e-trees.js';
import { differences } from '../support/walker.js';

const MIB = 1_048_576;
/** What one changed byte of a large file and some small files may cost. */
const SMALL = 200_000;

describe('a disaster recovery exercise with dm protect', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let site: AgentProcess;
  let refuge: AgentProcess;
  let data: string;
  let copy: string;
  /** Before either agent: everything that one sends to the other passes here. */
  const proxies: DelayingProxy[] = [];

  before(async () => {
    agents = await TestAgents.open({
      agents: [{ name: 'site' }, { name: 'refuge' }],
      accounts: false,
    });
    [site, refuge] = [agents.agent('site'), agents.agent('refuge')];
    [data, copy] = [agents.root('site', 'data'), agents.root('refuge', 'copy')];
    for (const [on, of] of [
      ['site', 'refuge'],
      ['refuge', 'site'],
    ] as const) {
      const [, port = ''] = agents.agent(of).listen.split(':');
      const proxy = await DelayingProxy.open({ port: Number(port) });
      proxies.push(proxy);
      const words = ['accounts', 'create', 'DM', `--name=${of}`, `--uri=dm://${proxy.address}`];
      await dmJson(agents.agent(on), ...words);
    }
  });
  after(async () => {
    await agents?.[Symbol.asyncDispose]();
    for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
  });

  const onTheWire = () => proxies.reduce((sum, { bytes }) => sum + bytes.up + bytes.down, 0);
  const wait = (agent: AgentProcess, name: string) =>
    dm(agent, 'policies', 'run', `${name}-make`, '--wait-chain', '--timeout=60');
  const lastCopy = async (agent: AgentProcess, name: string): Promise<JobView> => {
    const words = ['policies', 'last-job', `${name}-copy`];
    return viewJob(agent, (await dmJson<{ job_id: number }>(agent, ...words)).job_id);
  };
  /** Makes a dataset and copies it on, by what the chain is for. */
  const runChain = async (agent: AgentProcess, name: string): Promise<JobView> => {
    const { code, stderr } = await wait(agent, name);
    expect(code, stderr).to.equal(0);
    return lastCopy(agent, name);
  };
  const expectIncrement = ({ type, statistics }: JobView) => {
    expect(type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
    expect(statistics.bytes_sent).to.be.within(1, SMALL);
    expect(statistics.full_copies).to.equal(0);
  };

  const changeBlock = (tree: string, index: number) =>
    patch(join(tree, 'large'), index * MIB + 100, noise(1, index));

  it('goes there and back by increments, and sends nothing twice', async () => {
    mkdirSync(join(data, 'docs'), { recursive: true });
    writeFileSync(join(data, 'large'), noise(8 * MIB, 1));
    for (const name of ['one', 'two']) writeFileSync(join(data, 'docs', name), noise(5_000, 2));
    const often = ['--every=1d', '--keep=9'];
    await dmJson(site, 'protect', data, `--to=refuge:${copy}`, ...often);
    const first = await runChain(site, 'data');
    expect(first.type).to.equal('DATASET_BASELINE_COPY_JOB');
    expect(first.statistics.bytes_sent).to.be.greaterThan(8 * MIB);
    changeBlock(data, 1);
    expectIncrement(await runChain(site, 'data'));

    // The site is taken for lost.
    await dmJson(refuge, 'targets', 'release', copy);
    expect((await wait(site, 'data')).code).to.equal(1);
    expect((await lastCopy(site, 'data')).error_code).to.equal('target_released');
    changeBlock(copy, 2);
    writeFileSync(join(copy, 'docs', 'refuge'), 'written at the refuge');
    renameSync(join(copy, 'docs', 'one'), join(copy, 'renamed'));
    rmSync(join(copy, 'docs', 'two'));
    await dmJson(
      refuge,
      'protect',
      copy,
      `--to=site:${data}`,
      ...often,
      '--name=home',
      '--reverse',
    );
    expectIncrement(await runChain(refuge, 'home'));
    expect(differences(copy, data)).to.deep.equal([]);
    changeBlock(copy, 3);
    expectIncrement(await runChain(refuge, 'home'));

    // Home again: the site's own chain goes on.
    await dmJson(site, 'targets', 'release', data);
    await dmJson(refuge, 'targets', 'reclaim', copy);
    for (const name of ['home-expire', 'home-copy', 'home-make']) {
      await dm(refuge, 'policies', 'delete', name);
    }
    changeBlock(data, 4);
    expectIncrement(await runChain(site, 'data'));
    expectIncrement(await runChain(site, 'data'));
    expect(differences(data, copy)).to.deep.equal([]);
    expect(readFileSync(join(data, 'docs', 'refuge'), 'utf8')).to.equal('written at the refuge');
    const large = noise(8 * MIB, 1);
    for (const index of [1, 2, 3, 4]) large.set(noise(1, index), index * MIB + 100);
    expect(readFileSync(join(data, 'large')).equals(large)).to.equal(true);
    expect(onTheWire()).to.be.within(8 * MIB, 8 * MIB + MIB / 2);
    for (const agent of [site, refuge]) {
      const { code, stdout } = await dm(agent, 'status');
      expect(code, stdout).to.equal(0);
    }
  });

  it('goes back to the common dataset when it was a trial, and keeps what was written', async () => {
    await dmJson(refuge, 'targets', 'release', copy);
    const take = await createPolicy(refuge, 'CREATION', creation('local', copy));
    await mustRun(refuge, take);
    changeBlock(copy, 5);
    writeFileSync(join(copy, 'trial'), 'written in the trial');
    await mustRun(refuge, take);
    const trial = (await listDatasets(refuge, copy)).at(-1)?.id;
    await dmJson(refuge, 'targets', 'reclaim', copy);
    changeBlock(data, 6);
    expect((await wait(site, 'data')).code).to.equal(1);
    expect((await lastCopy(site, 'data')).error_code).to.equal('diverged');
    const goBack = (value: boolean) =>
      dmJson(site, 'policies', 'modify', 'data-copy', `--repeat-copy-reconnect=${value}`);
    await goBack(true);
    expectIncrement(await runChain(site, 'data'));
    await goBack(false);
    expectIncrement(await runChain(site, 'data'));
    expect(differences(data, copy)).to.deep.equal([]);
    const kept = agents.root('refuge', 'kept');
    const words = ['restore', 'local', String(trial), 'trial', `--to=${kept}`];
    const { code, stderr } = await dm(refuge, ...words);
    expect(code, stderr).to.equal(0);
    expect(readFileSync(join(kept, 'trial'), 'utf8')).to.equal('written in the trial');
    expect((await dm(refuge, 'datasets', 'verify', String(trial))).code).to.equal(0);
  });
});
