import { expect } from 'chai';
import type { BasePolicy } from '../../../src/model/base-policy.js';
import { parseJobId } from '../../../src/model/ids.js';
import { NO_SCHEDULE } from '../../../src/model/schedule.js';
import { until } from '../../support/e2e-until.js';
import { copyRule } from '../../support/policies.js';
import { NEW_POLICY, ScheduledPolicies } from '../../support/scheduled-policies.js';

const BASE: Omit<BasePolicy, 'id'> = {
  name: 'base',
  overrides: [],
  enabled: true,
  priority: 'NORMAL',
  schedule: NO_SCHEDULE,
  briefcase: '',
  baseAccountId: 'local',
  newTasksAccountId: 'local',
  sourceAccountId: 'local',
  targetAccountId: 'local',
  sourceBasePath: '',
  targetBasePath: '',
  subpaths: [],
  sourceRetention: { periodSeconds: null, reserve: 0 },
  targetRetention: { periodSeconds: null, reserve: 0 },
};

const HOURLY = { ...NO_SCHEDULE, recurrence: ['0 * * * *'] };

describe('policies of a base policy', () => {
  let work: ScheduledPolicies;
  beforeEach(async () => {
    work = await ScheduledPolicies.open('2026-01-01T00:10:00Z');
  });
  afterEach(() => work[Symbol.asyncDispose]());

  it('plans anew what a base policy decides, and goes back to what was written', async () => {
    const base = await work.bases.create({ ...BASE, overrides: ['SCHEDULE'], schedule: HOURLY });
    const { id } = await work.policies.create({ ...NEW_POLICY, basePolicyId: base.id });
    const next = async () => (await work.policies.get(String(id))).nextRunAtMs;
    expect(await next()).to.equal(Date.parse('2026-01-01T01:00Z'));
    const daily = { ...NO_SCHEDULE, recurrence: ['0 4 * * *'] };
    await work.bases.modify(base.name, (present) => ({ ...present, schedule: daily }));
    expect(await next()).to.equal(Date.parse('2026-01-01T04:00Z'));
    await work.policies.modify(String(id), (policy) => ({ ...policy, basePolicyId: null }));
    expect(await next()).to.equal(null);
  });

  it('keeps a policy disabled whose job was cancelled, whatever its base policy says', async () => {
    const base = await work.bases.create({ ...BASE, overrides: ['ENABLED', 'PRIORITY'] });
    const { id } = await work.policies.create({ ...NEW_POLICY, basePolicyId: base.id });
    work.hold();
    const { jobId } = await work.policies.run(String(id));
    await work.queue.control(parseJobId(jobId), 'cancel');
    await until(
      'the policy is disabled',
      async () => !(await work.policies.get(String(id))).enabled,
    );
    await work.bases.modify(base.name, (present) => ({ ...present, priority: 'HIGH' }));
    expect(await work.policies.get(String(id))).to.include({ enabled: false, priority: 'HIGH' });
    await work.policies.modify(String(id), (policy) => ({ ...policy, enabled: true }));
    expect(await work.policies.get(String(id))).to.include({ enabled: true, disabledByDm: false });
  });

  it("refuses a change of a base policy by which its policies would be in each other's way", async () => {
    const base = await work.bases.create({
      ...BASE,
      overrides: ['TARGET_BASE_PATH'],
      targetBasePath: '/a',
    });
    const rule = copyRule('/data/one');
    await work.policies.create({ ...NEW_POLICY, name: 'one', rule, basePolicyId: base.id });
    const other = copyRule('/data/two');
    const second = await work.policies.create({
      ...NEW_POLICY,
      name: 'two',
      enabled: false,
      rule: other,
      basePolicyId: base.id,
    });
    const enabling = (present: BasePolicy): BasePolicy => ({
      ...present,
      enabled: true,
      overrides: ['TARGET_BASE_PATH', 'ENABLED'],
    });
    const refused = await work.bases.modify(base.name, enabling).then(String, String);
    expect(refused).to.match(
      /with this change policy 1 \(one\) could not run: \/a is the target of policy 2 \(two\)/,
    );
    // All of them move: none is in the way of where another was.
    const moved = (present: BasePolicy): BasePolicy => ({ ...present, targetBasePath: '/a/b' });
    await work.bases.modify(base.name, moved);
    expect((await work.policies.get(String(second.id))).rule).to.include({
      targetBasePath: '/a/b',
    });
  });

  it('forgets a run that was asked for when a base policy switches the policy off', async () => {
    const base = await work.bases.create({ ...BASE, overrides: ['ENABLED'] });
    const { id } = await work.policies.create({ ...NEW_POLICY, basePolicyId: base.id });
    work.hold();
    await work.policies.run(String(id));
    await work.policies.run(String(id));
    expect((await work.policies.get(String(id))).runAgain).not.to.equal(null);
    await work.bases.modify(base.name, (present) => ({ ...present, enabled: false }));
    expect((await work.policies.get(String(id))).runAgain).to.equal(null);
  });
});
