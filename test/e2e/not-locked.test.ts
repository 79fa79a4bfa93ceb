import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { peerDefinition } from '../../src/rpc/proto.js';
import { HostilePeer } from '../security/hostile-peer.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, mustRun, repeatCopy } from '../support/e2e-policies.js';

/** What a peer locks for one other. */
const MAX_LOCKS = 256;

interface Locked {
  readonly id: number;
  readonly dataset_global_id: string;
  readonly locked_by: readonly string[];
}

describe('a peer that locks no more datasets for us', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  before(async () => {
    agents = await TestAgents.open({ agents: [{ name: 'here' }, { name: 'there' }] });
  });
  after(() => agents?.[Symbol.asyncDispose]());

  it('has its copies all the same, each with the warning not_locked, until it has room again', async () => {
    const [here, there] = [agents.agent('here'), agents.agent('there')];
    const tree = { account: 'local', path: agents.root('here', 'tree') };
    const copies = ['one', 'two'].map((name) => agents.root('there', name)) as [string, string];
    mkdirSync(tree.path);
    const make = await createPolicy(here, 'CREATION', creation('local', tree.path));
    const [one = 0, two = 0] = await Promise.all(
      copies.map((path) =>
        createPolicy(here, 'REPEAT_COPY', repeatCopy(tree, { account: 'there', path })),
      ),
    );
    const makeOne = async (content: string) => {
      writeFileSync(join(tree.path, 'file'), content);
      await mustRun(here, make);
    };
    const newest = async (path: string) => {
      const words = ['datasets', 'list', `--base-path=${path}`];
      return (await dmJson<Locked[]>(there, ...words)).at(-1);
    };
    await makeOne('first');
    expect((await mustRun(here, one)).warnings).to.deep.equal([]);
    const first = await newest(copies[0]);
    expect(first?.locked_by.join()).to.match(new RegExp(`^peer .* policy-${one}-target$`));

    // The others are taken in the name of the same agent.
    using peer = await HostilePeer.connect(there, { name: 'here' });
    const { HoldDataset, ReleaseDataset } = peerDefinition();
    const base_path = Buffer.from(copies[0]);
    const id = first?.dataset_global_id ?? '';
    for (let taken = 1; taken < MAX_LOCKS; taken++) {
      await peer.unary(HoldDataset, { holder: `other-${taken}`, id, base_path });
    }
    const baseline = await mustRun(here, two);
    expect(baseline.warnings).to.have.length(1);
    expect(baseline.warnings[0]).to.include({ path: copies[1], code: 'not_locked' });
    expect((await newest(copies[1]))?.locked_by).to.deep.equal([]);

    await makeOne('second');
    // Who has a lock already moves it.
    expect((await mustRun(here, one)).warnings).to.deep.equal([]);
    expect((await newest(copies[0]))?.locked_by).to.have.length(1);
    await peer.unary(ReleaseDataset, { holder: 'other-1' });
    const increment = await mustRun(here, two);
    expect(increment).to.deep.include({ type: 'DATASET_INCREMENTAL_COPY_JOB', warnings: [] });
    expect((await newest(copies[1]))?.locked_by.join()).to.contain(`policy-${two}-target`);
  });
});
