import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  createPolicy,
  creation,
  flagWords,
  type JobView,
  type Place,
  repeatCopy,
} from '../support/e2e-policies.js';
import { until } from '../support/e2e-until.js';

interface PolicyView {
  readonly id: number;
  readonly last_job_id: number;
  readonly next_run_at: string;
  readonly waits_for: string;
}

describe('policies that run by themselves', function () {
  this.timeout(120_000);
  let agents: TestAgents;

  before('start agents', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'alpha' }, { name: 'beta' }] });
  });
  after('stop the agents', () => agents?.[Symbol.asyncDispose]());

  const view = async (id: number): Promise<PolicyView> =>
    (await dmJson(agents.agent('alpha'), 'policies', 'view', String(id))) as PolicyView;

  it('run at a past start time, in chains over two agents, and again and again', async () => {
    const alpha = agents.agent('alpha');
    const path = agents.root('alpha', 'tree');
    mkdirSync(path);
    writeFileSync(join(path, 'file'), 'one');
    const middle = { account: 'beta', path: agents.root('beta', 'copy') };
    const end = { account: 'local', path: agents.root('alpha', 'copy') };

    const make = await createPolicy(alpha, 'CREATION', {
      ...creation('local', path),
      'start-time': '2022-10-12 12:00:00',
    });
    await until('the past start time', async () => (await view(make)).last_job_id > 0);
    expect(await view(make)).to.include({ next_run_at: '' });
    const push = await createPolicy(alpha, 'REPEAT_COPY', {
      ...repeatCopy({ account: 'local', path }, middle),
      'parent-exec-policy-id': make,
    });
    const home = await createPolicy(alpha, 'REPEAT_COPY', {
      ...repeatCopy(middle, end),
      'parent-exec-policy-id': push,
    });
    expect((await view(home)).waits_for).to.match(/^the next job of policy \d+ \(repeat_copy/);

    const run = await dm(alpha, 'policies', 'run', String(make), '--wait-chain', '--timeout=60');
    expect(run.stderr).to.equal('');
    expect(run.code).to.equal(0);
    expect(run.stdout.match(/^job \d+ finished/gm)).to.have.length(3);
    expect(readFileSync(join(end.path, 'file'), 'utf8')).to.equal('one');

    writeFileSync(join(path, 'file'), 'two');
    const modified = await dm(
      alpha,
      'policies',
      'modify',
      String(make),
      '--recurrence=* * * * * *',
    );
    expect(modified.code).to.equal(0);
    expect((await view(make)).next_run_at).to.match(/^20/);
    await until(
      'the recurrence to bring the change to the end of the chain',
      async () => readFileSync(join(end.path, 'file'), 'utf8') === 'two',
    );
    await dm(alpha, 'policies', 'modify', String(make), '--enabled=false');
    // A run that had begun before ends first.
    await until('the chain to wait for a policy that is disabled', async () =>
      /, which is disabled$/.test((await view(push)).waits_for),
    );
  });

  it('let a third place take increments from the second, then from the first, and back', async () => {
    const alpha = agents.agent('alpha');
    const path = agents.root('alpha', 'origin');
    mkdirSync(path);
    const a = { account: 'local', path };
    const b = { account: 'beta', path: agents.root('beta', 'second') };
    const c = { account: 'local', path: agents.root('alpha', 'third') };
    const make = await createPolicy(alpha, 'CREATION', creation('local', path));
    const second = await createPolicy(alpha, 'REPEAT_COPY', {
      ...repeatCopy(a, b),
      'parent-exec-policy-id': make,
    });
    const third = await createPolicy(alpha, 'REPEAT_COPY', {
      ...repeatCopy(b, c),
      'parent-exec-policy-id': second,
    });
    const round = async (content: string): Promise<string> => {
      writeFileSync(join(path, 'file'), content);
      const run = await dm(alpha, 'policies', 'run', String(make), '--wait-chain');
      expect(run.code, run.stderr).to.equal(0);
      expect(readFileSync(join(c.path, 'file'), 'utf8')).to.equal(content);
      const { last_job_id } = await view(third);
      return (await dmJson<JobView>(alpha, 'jobs', 'view', String(last_job_id))).type;
    };
    const takeFrom = async (from: Place) => {
      const flags = flagWords({
        'repeat-copy-base-source-account-id': from.account,
        'repeat-copy-source-base-path': from.path,
      });
      const { code, stderr } = await dm(alpha, 'policies', 'modify', String(third), ...flags);
      expect(code, stderr).to.equal(0);
    };
    expect(await round('one')).to.equal('DATASET_BASELINE_COPY_JOB');
    expect(await round('two')).to.equal('DATASET_INCREMENTAL_COPY_JOB');
    await takeFrom(a);
    expect(await round('three')).to.equal('DATASET_INCREMENTAL_COPY_JOB');
    await takeFrom(b);
    expect(await round('four')).to.equal('DATASET_INCREMENTAL_COPY_JOB');
  });
});
