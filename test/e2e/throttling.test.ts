import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import { CopyPair, mustRun, viewJob } from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { until } from '../support/e2e-until.js';
import { differences } from '../support/walker.js';

const MIB = 1_048_576;
const FILES = 16;
const BYTES = FILES * MIB;

describe('a copy under a bandwidth rule', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  before(async () => {
    agents = await TestAgents.open({ agents: [{ name: 'here' }, { name: 'there' }] });
  });
  after(() => agents?.[Symbol.asyncDispose]());

  it('is held to it, paused over a restart, let go by a change, and completed partially', async () => {
    const here = agents.agent('here');
    const data = agents.root('here', 'data');
    mkdirSync(data);
    for (let file = 0; file < FILES; file++)
      writeFileSync(join(data, `f${file}`), noise(MIB, file));
    const copies = await Promise.all(
      ['one', 'two'].map((name) =>
        CopyPair.create(
          here,
          { account: 'local', path: data },
          { account: 'there', path: agents.root('there', name) },
        ),
      ),
    );
    const [one, two] = copies as [CopyPair, CopyPair];
    const limit = ['throttling', 'bw-rules', 'create', 'NETMASK', '--netmask=127.0.0.0/8'];
    const { id: rule } = await dmJson<{ id: number }>(here, ...limit, '--bw-limit=4000000');
    await mustRun(here, one.creation);
    const { job_id: job } = await start(one);
    await until(
      'some was sent',
      async () => (await viewJob(here, job)).statistics.bytes_sent > MIB,
    );
    await dmJson(here, 'jobs', 'modify', String(job), '--action=pause');
    await until('paused', async () => (await viewJob(here, job)).state === 'paused');
    await here.kill();
    await here.start();
    expect((await viewJob(here, job)).state).to.equal('paused');
    expect(await dmJson(here, 'throttling', 'bw-rules', 'view', '127.0.0.0/8')).to.include({
      bw_limit: 4_000_000,
    });
    await dmJson(here, 'jobs', 'modify', String(job), '--action=resume');
    await dmJson(here, 'throttling', 'bw-rules', 'modify', String(rule), '--bw-limit=100000000');
    expect((await dm(here, 'jobs', 'wait', String(job), '--timeout=10')).code).to.equal(0);
    const sent = (await viewJob(here, job)).statistics.bytes_sent;
    expect(sent).to.be.lessThan(BYTES + 3 * MIB);
    expect(differences(data, agents.root('there', 'one'))).to.deep.equal([]);

    await dmJson(here, 'throttling', 'bw-rules', 'modify', String(rule), '--bw-limit=4000000');
    const { job_id: cut } = await start(two);
    await until(
      'some was sent',
      async () => (await viewJob(here, cut)).statistics.bytes_sent > 2 * MIB,
    );
    await dmJson(here, 'jobs', 'modify', String(cut), '--action=complete-partial');
    expect((await dm(here, 'jobs', 'wait', String(cut), '--timeout=20')).code).to.equal(6);
    const view = await viewJob(here, cut);
    expect(view.failed_total).to.be.within(1, FILES - 1);
    expect(view.failed_entries.map(({ code }) => code)).to.include('cancelled');
    const history = await dmJson<{ id: number }[]>(here, 'historical-jobs', 'list');
    expect(history.map(({ id }) => id)).to.include.members([job, cut]);
    const gone = await dmJson<{ deleted: number }>(here, 'historical-jobs', 'delete');
    expect(gone.deleted).to.equal(history.length);
    expect((await dm(here, 'jobs', 'view', String(cut))).code).to.equal(3);

    function start(pair: CopyPair): Promise<{ job_id: number }> {
      return dmJson(here, 'policies', 'run', String(pair.copy));
    }
  });
});
