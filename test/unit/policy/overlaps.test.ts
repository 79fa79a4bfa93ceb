import { expect } from 'chai';
import type { Policy, RepeatCopyRule } from '../../../src/model/policy.js';
import type { NewPolicy } from '../../../src/policy/policies.js';
import { NEW_POLICY, ScheduledPolicies } from '../../support/scheduled-policies.js';

describe('targets of policies', () => {
  let work: ScheduledPolicies;
  beforeEach(async () => {
    work = await ScheduledPolicies.open('2026-01-01T00:10:00Z');
  });
  afterEach(() => work[Symbol.asyncDispose]());

  it('are refused above or below that of another repeated copy', async () => {
    const copy = (name: string, targetBasePath: string): NewPolicy => ({
      ...NEW_POLICY,
      name,
      rule: {
        type: 'REPEAT_COPY',
        sourceBasePath: '/data',
        reconnect: false,
        onDrift: 'repair',
        targetDatasetType: 'FILE',
        rpoAlertSeconds: null,
        sourceAccountId: 'local',
        targetAccountId: 'peer',
        newTasksAccountId: null,
        targetBasePath,
        retention: { periodSeconds: null, reserve: 0 },
      },
    });
    await work.policies.create(copy('a', '/copies/a'));
    for (const path of ['/copies', '/copies/a//b', '/copies/']) {
      const refused = await work.policies.create(copy('b', path)).then(String, String);
      expect(refused, path).to.match(/the target of policy 1 \(a\), lie inside each other/);
    }
    await work.policies.create(copy('b', '/copies/ab'));
  });

  it('are refused where another one keeps another tree up to date, unless it may be taken over', async () => {
    const copy = (name: string, sourceBasePath: string, change: Partial<RepeatCopyRule> = {}) => ({
      ...NEW_POLICY,
      name,
      rule: {
        type: 'REPEAT_COPY' as const,
        ...{ sourceBasePath, reconnect: false, onDrift: 'repair', targetDatasetType: 'FILE' },
        ...{ rpoAlertSeconds: null, sourceAccountId: 'local', targetAccountId: 'peer' },
        ...{ newTasksAccountId: null, targetBasePath: '/copies/a' },
        retention: { periodSeconds: null, reserve: 0 },
        ...change,
      } as RepeatCopyRule,
    });
    const first = await work.policies.create(copy('a', '/data/one'));
    const refused = await work.policies.create(copy('b', '/data/two/')).then(String, String);
    expect(refused).to.match(/is the target of policy 1 \(a\), which copies \/data\/one there/);
    await work.policies.create(copy('same', '/data//one'));
    await work.policies.create(copy('elsewhere', '/data/two', { sourceAccountId: 'peer' }));
    await work.policies.create(copy('over', '/data/two', { reconnect: true }));
    await work.policies.delete('same');
    await work.policies.modify(String(first.id), (policy) => ({ ...policy, enabled: false }));
    await work.policies.create(copy('b', '/data/two'));
    const again = (policy: Policy): Policy => ({ ...policy, enabled: true });
    expect(await work.policies.modify(String(first.id), again).then(String, String)).to.match(
      /is the target of policy \d+ \(b\)/,
    );
  });
});
