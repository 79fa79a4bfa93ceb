import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import {
  createPolicy,
  creation,
  listDatasets,
  mustRun,
  repeatCopy,
  runPolicy,
} from '../support/e2e-policies.js';

describe('limits of what peers make and write', function () {
  this.timeout(120_000);
  let agents: TestAgents;

  before('start agents', async () => {
    const limits = ['--peer-max-datasets=2', '--peer-max-retention=3600', '--peer-max-bytes=5000'];
    agents = await TestAgents.open({
      agents: [{ name: 'holder', extra: limits }, { name: 'alpha' }],
    });
  });
  after('stop the agents', () => agents?.[Symbol.asyncDispose]());

  it('keep the newest datasets made for a peer, and none for longer than allowed', async () => {
    const [alpha, holder] = [agents.agent('alpha'), agents.agent('holder')];
    const path = agents.root('holder', 'tree');
    mkdirSync(path);
    const own = await createPolicy(holder, 'CREATION', creation('local', path));
    const theirs = await createPolicy(alpha, 'CREATION', {
      ...creation('holder', path),
      'creation-dataset-reserve': 100,
    });
    await mustRun(holder, own);
    const made: number[] = [];
    for (const text of ['one', 'two', 'three']) {
      writeFileSync(join(path, 'file'), text);
      made.push((await mustRun(alpha, theirs)).source_dataset_id);
    }
    const kept = await listDatasets(holder, path);
    expect(kept.map(({ id }) => id)).to.deep.equal([1, ...made.slice(1)]);
    const [mine, first] = await Promise.all(
      [1, made[1]].map((id) =>
        dmJson<{ expires_at: string; committed_at: string }>(
          holder,
          'datasets',
          'view',
          String(id),
        ),
      ),
    );
    expect(mine?.expires_at).to.equal('');
    const seconds = Date.parse(first?.expires_at ?? '') - Date.parse(first?.committed_at ?? '');
    expect(seconds).to.equal(3_600_000);
  });

  it('take no more bytes from a peer than allowed, over all its trees', async () => {
    const alpha = agents.agent('alpha');
    const push = async (name: string, bytes: number) => {
      const path = agents.root('alpha', name);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'file'), Buffer.alloc(bytes, 1));
      await mustRun(alpha, await createPolicy(alpha, 'CREATION', creation('local', path)));
      const to = { account: 'holder', path: agents.root('holder', name) };
      const flags = repeatCopy({ account: 'local', path }, to);
      return runPolicy(alpha, await createPolicy(alpha, 'REPEAT_COPY', flags));
    };
    expect((await push('first', 3_000)).code).to.equal(0);
    const second = await push('second', 3_000);
    expect(second.job?.error_code).to.equal('quota_exceeded');
    expect(second.job?.error_message).to.contain('--peer-max-bytes');
    expect(existsSync(agents.root('holder', 'second'))).to.equal(false);
    expect((await push('third', 1_000)).code).to.equal(0);
  });
});
