import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  createPolicy,
  type DatasetView,
  type JobView,
  listDatasets,
  mustRun,
  repeatCopy,
  viewJob,
} from '../support/e2e-policies.js';
import { noise, patch } from '../support/e2e-trees.js';
import { differences } from '../support/walker.js';

const MIB = 1_048_576;
/** What a changed byte of a large file may cost at each place that it comes to. */
const SMALL = 100_000;
const OFTEN = ['--every=1d', '--keep=2'];

describe('dm protect with several targets', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let site: AgentProcess;
  let refuge: AgentProcess;
  let tree: string;
  let copy: string;
  let changes = 0;

  before('start agents', async () => {
    const names = ['site', 'refuge', 'third'];
    agents = await TestAgents.open({ agents: names.map((name) => ({ name })) });
    [site, refuge] = [agents.agent('site'), agents.agent('refuge')];
    [tree, copy] = [agents.root('site', 'tree'), agents.root('refuge', 'copy')];
    mkdirSync(agents.scratch('disk'));
    const uri = `--uri=file://${agents.scratch('disk')}`;
    await dmJson(site, 'accounts', 'create', 'DIRECTORY', '--name=disk', uri);
    mkdirSync(tree);
    writeFileSync(join(tree, 'large'), noise(8 * MIB, 1));
    await dmJson(site, 'protect', tree, `--to=refuge:${copy}`, ...OFTEN);
    await dmJson(site, 'protect', tree, '--to=disk:backup', ...OFTEN, '--name=shelf');
  });
  after('stop the agents', () => agents?.[Symbol.asyncDispose]());

  const change = () => patch(join(tree, 'large'), ++changes * 500_000, noise(1, changes));
  /** Makes a dataset and copies it on; returns the job of the copy. */
  const runChain = async (name: string): Promise<JobView> => {
    const words = ['policies', 'run', `${name}-make`, '--wait-chain', '--timeout=60'];
    const { code, stderr } = await dm(site, ...words);
    expect(code, stderr).to.equal(0);
    const last = ['policies', 'last-job', `${name}-copy`];
    return viewJob(site, (await dmJson<{ job_id: number }>(site, ...last)).job_id);
  };
  const expectIncrement = ({ type, statistics }: JobView) => {
    expect(type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
    expect(statistics.bytes_sent).to.be.within(1, SMALL);
  };
  const backups = () => dmJson<DatasetView[]>(site, 'datasets', 'list', '--account-id=disk');

  it('copies to a peer and to an object account by increments, and keeps as many', async () => {
    for (const name of ['tree', 'shelf']) {
      expect((await runChain(name)).type).to.equal('DATASET_BASELINE_COPY_JOB');
    }
    for (let round = 0; round < 3; round++) {
      change();
      expectIncrement(await runChain('tree'));
      expectIncrement(await runChain('shelf'));
    }
    expect(differences(tree, copy)).to.deep.equal([]);
    const kept = await backups();
    expect(kept.map(({ id }) => id)).to.deep.equal([3, 4]);
    // The third is what the refuge has.
    expect(await listDatasets(site, tree)).to.have.length.within(2, 3);
    const restored = agents.root('site', 'restored');
    const { code, stderr } = await dm(site, 'restore', 'disk', '4', `--to=${restored}`);
    expect(code, stderr).to.equal(0);
    expect(differences(tree, restored)).to.deep.equal([]);
    expect((await dm(site, 'status')).code).to.equal(0);
  });

  it('goes on from the peer by a policy there, over datasets that came meanwhile', async () => {
    const to = { account: 'third', path: agents.root('third', 'copy') };
    const onward = await createPolicy(refuge, 'REPEAT_COPY', {
      ...repeatCopy({ account: 'local', path: copy }, to),
      recurrence: '0 0 * * *',
    });
    expect((await mustRun(refuge, onward)).type).to.equal('DATASET_BASELINE_COPY_JOB');
    for (let round = 0; round < 3; round++) {
      change();
      await runChain('tree');
    }
    expectIncrement(await mustRun(refuge, onward));
    expect(differences(tree, to.path)).to.deep.equal([]);
  });

  it('ends no protection for another, and makes nothing that could never run', async () => {
    const same = agents.root('site', 'other', 'tree');
    mkdirSync(same, { recursive: true });
    const policies = [
      await dmJson(site, 'policies', 'list'),
      await dmJson(refuge, 'policies', 'list'),
    ];
    const third = agents.root('third', 'other');
    for (const [agent, path, to, message] of [
      [site, same, 'disk:other', /^dm: already_exists: policy "tree-make" .*protects .*--name/],
      [site, tree, 'disk:other', /^dm: already_exists: policy "tree-copy" .*copies to .*--name/],
      [site, tree, `refuge:${copy}2`, /^dm: already_exists: policy "tree-copy" /],
      [refuge, copy, `third:${third}`, /^dm: in_use: .* is received from .*REPEAT_COPY/],
    ] as const) {
      const { code, stderr } = await dm(agent, 'protect', path, `--to=${to}`, ...OFTEN);
      expect(code).to.equal(1);
      expect(stderr).to.match(message);
    }
    const { id } = await dmJson<{ id: string }>(site, 'accounts', 'view', 'refuge');
    await dmJson(site, 'protect', `${tree}/`, `--to=${id}:${copy}`, ...OFTEN);
    expect([
      await dmJson(site, 'policies', 'list'),
      await dmJson(refuge, 'policies', 'list'),
    ]).to.deep.equal(policies);
  });
});
