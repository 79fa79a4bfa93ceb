import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  CopyPair,
  createPolicy,
  creation,
  mustRun,
  repeatCopy,
  runPolicy,
} from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { differences } from '../support/walker.js';

const MIB = 1_048_576;
/** A copy of any of the large files would be far above it. */
const SMALL = 256 * 1024;

describe('a disaster recovery exercise', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  before(async () => {
    agents = await TestAgents.open({ agents: [{ name: 'site' }, { name: 'refuge' }] });
  });
  after(() => agents?.[Symbol.asyncDispose]());

  it('goes there and back by increments, and keeps what was written at either side', async () => {
    const site = agents.agent('site');
    const refuge = agents.agent('refuge');
    const data = agents.root('site', 'data');
    const copy = agents.root('refuge', 'copy');
    mkdirSync(join(data, 'docs'), { recursive: true });
    for (const name of ['one', 'two', 'three']) writeFileSync(join(data, name), noise(4 * MIB, 1));
    writeFileSync(join(data, 'docs', 'plan'), 'plan\n');
    const there = await CopyPair.create(
      site,
      { account: 'local', path: data },
      { account: 'refuge', path: copy },
    );
    await there.sync();
    appendFileSync(join(data, 'docs', 'plan'), 'second\n');
    await there.sync();

    // The site is lost while it holds what was not copied any more.
    writeFileSync(join(data, 'docs', 'lost'), 'written at the site at the last moment\n');
    const taken = await dm(refuge, 'targets', 'release', copy);
    expect(taken.code, taken.stderr).to.equal(0);
    const refused = await runPolicy(site, there.copy);
    expect(refused.job?.error_code ?? refused.stderr).to.include('target_released');

    // Users work at the refuge.
    appendFileSync(join(copy, 'docs', 'plan'), 'third, at the refuge\n');
    renameSync(join(copy, 'one'), join(copy, 'docs', 'renamed'));
    writeFileSync(join(copy, 'new'), noise(4 * MIB, 9));
    rmSync(join(copy, 'three'));
    const make = await createPolicy(refuge, 'CREATION', creation('local', copy));
    const backTo = { account: 'site', path: data };
    const back = await createPolicy(refuge, 'REPEAT_COPY', {
      ...repeatCopy({ account: 'local', path: copy }, backTo),
      'repeat-copy-reconnect': true,
    });
    await mustRun(refuge, make);
    const returned = await mustRun(refuge, back);
    expect(returned.type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
    expect(returned.statistics.bytes_sent).to.be.within(4 * MIB, 4 * MIB + SMALL);
    expect(differences(copy, data)).to.deep.equal([]);
    const kept = await dmJson<{ id: number; name: string }[]>(site, 'datasets', 'list');
    const [lost] = kept.filter(({ name }) => name === 'pre-repair');
    const words = ['download', 'docs/lost', agents.scratch('lost')];
    const script = `connect-account local; connect-dataset ${lost?.id}; ${words.join(' ')}`;
    const found = await dm(site, 'browse', '-c', script);
    expect(found.code, found.stderr).to.equal(0);

    // The site follows until users go home.
    appendFileSync(join(copy, 'docs', 'plan'), 'fourth, at the refuge\n');
    await mustRun(refuge, make);
    expect((await mustRun(refuge, back)).statistics.bytes_sent).to.be.lessThan(SMALL);
    const early = await runPolicy(site, there.creation);
    expect(early.job?.error_code).to.equal('in_use');

    // Home again: the site takes no more copies, the refuge does.
    for (const [agent, action, path] of [
      [site, 'release', data],
      [refuge, 'reclaim', copy],
    ] as const) {
      const { code, stderr } = await dm(agent, 'targets', action, path);
      expect(code, stderr).to.equal(0);
    }
    appendFileSync(join(data, 'docs', 'plan'), 'fifth, at the site\n');
    const again = await there.sync();
    expect(again.type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
    expect(again.statistics.bytes_sent).to.be.lessThan(SMALL);
    expect(differences(data, copy)).to.deep.equal([]);
    for (const agent of [site, refuge]) {
      const [newest] = (await dmJson<{ id: number }[]>(agent, 'datasets', 'list')).slice(-1);
      const { code, stdout } = await dm(agent, 'datasets', 'verify', String(newest?.id));
      expect(code, stdout).to.equal(0);
    }
  });
});
