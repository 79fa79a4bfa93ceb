import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  copyOnce,
  createPolicy,
  creation,
  flagWords,
  listDatasets,
  mustRun,
  repeatCopy,
  viewJob,
} from '../support/e2e-policies.js';
import { until } from '../support/e2e-until.js';
import { simulatedLauncher, tellTime } from '../support/simulated-time.js';

const START_MS = Date.parse('2040-05-01T09:10:00Z');
const PLACES = 'repeat_copy_policy.dataset_copy_policy_base';

interface PolicyView {
  readonly last_job_id: number;
  readonly next_run_at: string;
  readonly schedule: { readonly recurrence: readonly string[] };
  readonly repeat_copy_policy: {
    readonly dataset_copy_policy_base: {
      readonly target_base_path: string;
      readonly copy_retention: {
        readonly dataset_retention_period: number;
        readonly dataset_reserve: number;
      };
    };
  };
  readonly value_sources: readonly {
    readonly field: string;
    readonly source: string;
    readonly base_policy: string;
  }[];
}

interface Kept {
  readonly committed_at: string;
  readonly expires_at: string;
}

/** On a clock that is set: a base policy decides when, where to, and for how long. */
describe('where, when and for how long by a base policy', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let agent: AgentProcess;
  let make = 0;
  let push = '';
  const root = (...names: string[]) => agents.root('alpha', ...names);

  before(async () => {
    const launcher = simulatedLauncher(START_MS);
    agents = await TestAgents.open({ agents: [{ name: 'alpha', certified: false, launcher }] });
    agent = agents.agent('alpha');
    mkdirSync(root('tree'));
    make = await createPolicy(agent, 'CREATION', creation('local', root('tree')));
    const decided = flagWords({
      'override-list': ['TARGET_BASE_PATH', 'TGT_DATASET_RETENTION', 'SCHEDULE'],
      ...{ 'target-base-path': root('one'), recurrence: '0 * * * *', 'time-zone': 'UTC' },
      ...{ 'tgt-dataset-retention-period': 3_600, 'tgt-dataset-reserve': 1 },
    });
    await dmJson(agent, 'base-policies', 'create', 'hourly', ...decided);
    push = String(
      await createPolicy(agent, 'REPEAT_COPY', {
        ...repeatCopy(
          { account: 'local', path: root('tree') },
          { account: 'local', path: root('own') },
        ),
        ...{ 'base-policy-id': 'hourly', recurrence: '0 0 1 1 *' },
        'repeat-copy-base-dataset-retention-period': 9,
      }),
    );
  });
  after(() => agents?.[Symbol.asyncDispose]());

  const view = () => dmJson<PolicyView>(agent, 'policies', 'view', push);
  /** Lets it be the time at which the policy is due, and waits for the end of its run. */
  async function runsAt(time: string): Promise<void> {
    const { next_run_at, last_job_id } = await view();
    expect(next_run_at).to.equal(time);
    await tellTime(agent, Date.parse(time));
    await until('the run that is due has ended', async () => {
      const { last_job_id: last } = await view();
      if (last === last_job_id) return false;
      const { state, error_message } = await viewJob(agent, last);
      expect(error_message).to.equal('');
      return state === 'finished';
    });
  }
  async function makeOne(content: string): Promise<void> {
    writeFileSync(join(root('tree'), 'file'), content);
    await mustRun(agent, make);
  }
  async function periods(path: string): Promise<number[]> {
    const kept = (await listDatasets(agent, path)) as unknown as Kept[];
    return kept.map((one) => (Date.parse(one.expires_at) - Date.parse(one.committed_at)) / 1_000);
  }

  it('is what it lists, and the view says so of every value', async () => {
    const { value_sources, repeat_copy_policy, schedule } = await view();
    const from = (source: string) =>
      value_sources.filter((one) => one.source === source).map(({ field }) => field);
    expect(from('base_policy')).to.have.members([
      'schedule',
      `${PLACES}.target_base_path`,
      `${PLACES}.copy_retention`,
    ]);
    expect(from('policy')).to.have.members([
      ...['enabled', 'priority', 'briefcase', 'repeat_copy_policy.source_base_path'],
      `${PLACES}.base_account_id`,
      `${PLACES}.source_account_id`,
      `${PLACES}.target_account_id`,
      `${PLACES}.new_tasks_account`,
    ]);
    for (const { source, base_policy } of value_sources)
      expect(base_policy).to.equal(source === 'policy' ? '' : 'hourly');
    const places = repeat_copy_policy.dataset_copy_policy_base;
    expect(places.target_base_path).to.equal(root('one'));
    expect(places.copy_retention).to.include({ dataset_retention_period: 3_600 });
    expect(schedule.recurrence).to.deep.equal(['0 * * * *']);
  });

  it('is what the next run does, and after a change what the run after it does', async () => {
    await makeOne('first');
    await runsAt('2040-05-01T10:00:00.000Z');
    expect(await periods(root('one'))).to.deep.equal([3_600]);

    const changed = flagWords({
      ...{ 'target-base-path': root('two'), recurrence: '30 * * * *' },
      'tgt-dataset-retention-period': 7_200,
    });
    const { code, stderr } = await dm(agent, 'base-policies', 'modify', 'hourly', ...changed);
    expect(code, stderr).to.equal(0);
    await makeOne('second');
    await runsAt('2040-05-01T10:30:00.000Z');
    expect(await periods(root('two'))).to.deep.equal([7_200]);
    // What was copied before is as it was, and nothing went where the policy itself says.
    expect(await periods(root('one'))).to.deep.equal([3_600]);
    expect(existsSync(root('own'))).to.equal(false);
  });

  it('leaves a restore to this agent when it says that this agent does the work', async () => {
    const words = ['--override-list=TASK_ACCOUNT_ID', '--new-tasks-account=local'];
    await dmJson(agent, 'base-policies', 'create', 'own-work', ...words);
    const [dataset] = await listDatasets(agent, root('tree'));
    const restore = await createPolicy(agent, 'COPY', {
      ...copyOnce(
        dataset?.id ?? 0,
        { account: 'local', path: root('tree') },
        { account: 'local', path: root('restored') },
      ),
      ...{ 'base-policy-id': 'own-work', 'copy-existing': 'overwrite' },
      'copy-create-dataset-on-target': false,
    });
    await mustRun(agent, restore);
    expect(readFileSync(join(root('restored'), 'file'), 'utf8')).to.equal('first');
  });

  it('is what the policy itself says as soon as the base policy is taken away', async () => {
    const { code, stderr } = await dm(agent, 'policies', 'modify', push, '--base-policy-id=0');
    expect(code, stderr).to.equal(0);
    expect((await view()).value_sources).to.deep.equal([]);
    await makeOne('third');
    await runsAt('2041-01-01T00:00:00.000Z');
    expect(await periods(root('own'))).to.deep.equal([9]);
    expect(await periods(root('two'))).to.deep.equal([7_200]);
  });
});
