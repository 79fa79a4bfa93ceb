import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, listDatasets, mustRun } from '../support/e2e-policies.js';

const TREE = `
  mkdir dir; for name in mode attribute list lost same dir/inside moved; do echo text > $name; done
  setfattr -n user.gone -v x lost; ln -s one link; mknod null c 1 3`;
const CHANGE = `
  chmod 600 mode; setfattr -n user.note -v x attribute; setfattr -x user.gone lost
  setfacl -m u:99:r list; setfattr -n user.note -v x dir/inside; setfattr -n user.note -v x dir
  ln -sfn two link; mv moved elsewhere; echo more >> same; rm null; mknod null c 1 5`;

describe('what differs between two datasets', function () {
  this.timeout(60_000);
  let agents: TestAgents;
  before(async () => {
    agents = await TestAgents.open({ agents: [{ name: 'alpha' }] });
  });
  after(() => agents?.[Symbol.asyncDispose]());

  it('is told by path, attributes and access control lists too', async () => {
    const agent = agents.agent('alpha');
    const root = agents.root('alpha', 'tree');
    mkdirSync(root);
    const make = await createPolicy(agent, 'CREATION', creation('local', root));
    for (const script of [TREE, CHANGE]) {
      execFileSync('bash', ['-euc', script], { cwd: root });
      await mustRun(agent, make);
    }
    const [first, second] = await listDatasets(agent, root);
    const words = ['diff', String(first?.id), String(second?.id)];
    const found = await dmJson<{ change: string; path: string; fields: string[] }[]>(
      agent,
      ...words,
    );
    const told = new Map(found.map(({ path, change, fields }) => [path, [change, ...fields]]));
    expect([...told.keys()].sort()).to.deep.equal([
      '.',
      'attribute',
      'dir',
      'dir/inside',
      'elsewhere',
      'link',
      'list',
      'lost',
      'mode',
      'moved',
      'null',
      'same',
    ]);
    for (const path of ['attribute', 'dir', 'dir/inside', 'lost']) {
      expect(told.get(path), path).to.deep.equal(['changed', 'xattrs']);
    }
    expect(told.get('mode')).to.deep.equal(['changed', 'mode']);
    expect(told.get('list')).to.include.members(['changed', 'xattrs']);
    expect(told.get('link')).to.include.members(['changed', 'symlink_target']);
    expect(told.get('null')).to.include.members(['changed', 'device']);
    expect(told.get('same')).to.include.members(['changed', 'content']);
    expect(told.get('elsewhere')).to.deep.equal(['added']);
    expect(told.get('moved')).to.deep.equal(['removed']);

    const versions = await dmJson<{ changed: boolean }[]>(
      agent,
      'versions',
      `local:${root}/attribute`,
    );
    expect(versions.map(({ changed }) => changed)).to.deep.equal([true, true]);
  });
});
