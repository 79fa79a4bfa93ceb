import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import { listDatasets } from '../support/e2e-policies.js';
import { differences } from '../support/walker.js';

interface Protected {
  readonly id: number;
  readonly name: string;
  readonly next_run_at: string;
  readonly waits_for: string;
}

const POLICIES = ['tree-make', 'tree-copy', 'tree-expire'];

describe('dm protect', function () {
  this.timeout(120_000);
  let agents: TestAgents;

  before('start agents', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'site' }, { name: 'refuge' }] });
    mkdirSync(agents.root('site', 'tree'));
    writeFileSync(agents.root('site', 'tree', 'file'), 'first');
  });
  after('stop the agents', () => agents?.[Symbol.asyncDispose]());

  const protect = (name: string, ...words: string[]) =>
    dmJson<Protected[]>(agents.agent(name), 'protect', ...words);
  const runChain = async (name: string, policy: string) => {
    const words = ['policies', 'run', policy, '--wait-chain', '--timeout=60'];
    const { code, stderr } = await dm(agents.agent(name), ...words);
    expect(code, stderr).to.equal(0);
  };

  it('makes a chain that runs by itself, and changes it when asked again', async () => {
    const [tree, copy] = [agents.root('site', 'tree'), agents.root('refuge', 'copy')];
    const made = await protect('site', tree, `--to=refuge:${copy}`, '--every=1h', '--keep=24');
    expect(made.map(({ name }) => name)).to.deep.equal(POLICIES);
    expect(Date.parse(made[0]?.next_run_at ?? '') % 3_600_000).to.equal(0);
    expect(made[1]?.waits_for).to.contain('tree-make');
    const again = await protect(
      'site',
      `${tree}/`,
      `--to=refuge:${copy}`,
      '--every=1d',
      '--keep=7',
    );
    expect(again.map(({ id }) => id)).to.deep.equal(made.map(({ id }) => id));
    for (const { id } of again.slice(0, 2)) {
      const policy = JSON.stringify(
        await dmJson(agents.agent('site'), 'policies', 'view', String(id)),
      );
      expect(policy).to.contain('"dataset_retention_period":0').and.contain('"dataset_reserve":7');
      expect(policy, 'only fields of the contract').not.to.contain('"_');
    }
    await runChain('site', 'tree-make');
    expect(differences(tree, copy)).to.deep.equal([]);
  });

  it('brings back what was written at a released copy', async () => {
    const [tree, copy] = [agents.root('site', 'tree'), agents.root('refuge', 'copy')];
    await dmJson(agents.agent('refuge'), 'targets', 'release', copy);
    writeFileSync(join(copy, 'file'), 'written at the refuge');
    const words = [copy, `--to=site:${tree}`, '--every=1h', '--keep=7', '--name=home', '--reverse'];
    await protect('refuge', ...words);
    await runChain('refuge', 'home-make');
    expect(differences(copy, tree)).to.deep.equal([]);
    expect(await listDatasets(agents.agent('site'), tree)).to.have.length.of.at.least(2);
  });

  it('makes nothing of what cannot be', async () => {
    const tree = agents.root('site', 'tree');
    const refused = async (...words: string[]) =>
      (await dm(agents.agent('site'), 'protect', tree, '--name=other', ...words)).code;
    expect(await refused('--to=refuge:/x', '--every=7m', '--keep=1')).to.equal(2);
    expect(await refused('--to=nowhere', '--every=1h', '--keep=1')).to.equal(2);
    expect(await refused('--to=nobody:/x', '--every=1h', '--keep=1')).to.equal(3);
    const policies = await dmJson<Protected[]>(agents.agent('site'), 'policies', 'list');
    expect(policies.map(({ name }) => name)).to.deep.equal(POLICIES);
  });
});
