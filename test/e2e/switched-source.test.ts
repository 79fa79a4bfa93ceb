import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import {
  CopyPair,
  createPolicy,
  creation,
  listDatasets,
  mustRun,
  repeatCopy,
  viewJob,
} from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { until } from '../support/e2e-until.js';
import { differences } from '../support/walker.js';

const MIB = 1_048_576;

describe('a policy that is given another source while its job is active', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  before(async () => {
    agents = await TestAgents.open({ agents: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] });
  });
  after(() => agents?.[Symbol.asyncDispose]());

  it('goes on with the same dataset, whatever its number there', async () => {
    const a = agents.agent('a');
    const b = agents.agent('b');
    const c = agents.agent('c');
    const data = agents.root('a', 'data');
    const [copyB, copyC] = [agents.root('b', 'copy'), agents.root('c', 'copy')];
    mkdirSync(data);
    writeFileSync(join(data, 'first'), noise(MIB, 1));
    // Numbers at b are one ahead: the second at a is the third there, and the second there the first at a.
    const own = agents.root('b', 'own');
    mkdirSync(own);
    const ownDatasets = await createPolicy(b, 'CREATION', creation('local', own));
    await mustRun(b, ownDatasets);
    const local = { account: 'local', path: data };
    const toB = await CopyPair.create(a, local, { account: 'b', path: copyB });
    await toB.sync();
    const from = { account: 'a', path: data };
    const pull = await createPolicy(
      c,
      'REPEAT_COPY',
      repeatCopy(from, { account: 'local', path: copyC }),
    );
    await mustRun(c, pull);

    for (let file = 0; file < 8; file++)
      writeFileSync(join(data, `f${file}`), noise(MIB, file + 2));
    await toB.sync();
    const rule = ['throttling', 'bw-rules', 'create', 'NETMASK', '--netmask=127.0.0.0/8'];
    await dmJson(c, ...rule, '--bw-limit=1000000');
    const { job_id: job } = await dmJson<{ job_id: number }>(c, 'policies', 'run', String(pull));
    await until('some has come', async () => (await viewJob(c, job)).statistics.bytes_sent > MIB);
    await dmJson(c, 'jobs', 'modify', String(job), '--action=pause');
    await until('it is paused', async () => (await viewJob(c, job)).state === 'paused');
    expect((await viewJob(c, job)).source_dataset_id).to.equal(2);
    await a.kill();

    const source = [
      '--repeat-copy-base-source-account-id=b',
      `--repeat-copy-source-base-path=${copyB}`,
    ];
    await dmJson(c, 'policies', 'modify', String(pull), ...source);
    await c.ok('throttling', 'bw-rules', 'delete', '127.0.0.0/8');
    await dmJson(c, 'jobs', 'modify', String(job), '--action=resume');
    await until('it has ended', async () => (await viewJob(c, job)).ended_at !== '');
    const ended = await viewJob(c, job);
    expect(ended).to.include({ state: 'finished', type: 'DATASET_INCREMENTAL_COPY_JOB' });
    expect(ended.source_dataset_id).to.equal(3);
    expect(differences(data, copyC)).to.deep.equal([]);
    expect(ended.statistics.bytes_sent).to.be.below(10 * MIB);
    const ids = async (agent: typeof a, path: string) =>
      (await listDatasets(agent, path)).map(({ dataset_global_id }) => dataset_global_id);
    expect(await ids(c, copyC)).to.deep.equal(await ids(b, copyB));
  });
});
