import { expect } from 'chai';
import { type BasePolicy, OVERRIDES, type Override } from '../../../src/model/base-policy.js';
import type { BasePolicyId } from '../../../src/model/ids.js';
import {
  PLAIN_COPY,
  type Policy,
  type PolicyRule,
  type PolicyType,
} from '../../../src/model/policy.js';
import { NO_SCHEDULE } from '../../../src/model/schedule.js';
import { asWritten, withBase } from '../../../src/policy/apply-base.js';
import { samplePolicy } from '../../support/policies.js';

/** Every value differs from that of every policy below. */
const BASE: BasePolicy = {
  id: 7 as BasePolicyId,
  name: 'base',
  overrides: [],
  enabled: false,
  priority: 'HIGH',
  schedule: { ...NO_SCHEDULE, recurrence: ['0 4 * * *'] },
  briefcase: 'of the base',
  baseAccountId: 'base of the base',
  newTasksAccountId: 'worker of the base',
  sourceAccountId: 'source of the base',
  targetAccountId: 'target of the base',
  sourceBasePath: '/base/source',
  targetBasePath: '/base/target',
  subpaths: ['base'],
  sourceRetention: { periodSeconds: 11, reserve: 12 },
  targetRetention: { periodSeconds: 21, reserve: 22 },
};

const PLACES = {
  sourceAccountId: 'own source',
  targetAccountId: 'own target',
  newTasksAccountId: null,
  sourceBasePath: '/own/source',
  targetBasePath: '/own/target',
  targetDatasetType: 'FILE',
  retention: { periodSeconds: 1, reserve: 2 },
} as const;

const RULES: Readonly<Record<PolicyType, PolicyRule>> = {
  CREATION: samplePolicy(1).rule,
  COPY: {
    ...PLACES,
    type: 'COPY',
    datasetNumber: 5,
    subpaths: ['own'],
    createDatasetOnTarget: true,
    restore: PLAIN_COPY,
  },
  REPEAT_COPY: {
    ...PLACES,
    type: 'REPEAT_COPY',
    reconnect: false,
    onDrift: 'repair',
    rpoAlertSeconds: null,
  },
  EXPIRATION: { type: 'EXPIRATION', accountId: 'own' },
};
const TYPES = Object.keys(RULES) as PolicyType[];

const COPIES: Partial<Record<Override, object>> = {
  SOURCE_ACCOUNT_ID: { sourceAccountId: BASE.sourceAccountId },
  SOURCE_BASE_PATH: { sourceBasePath: BASE.sourceBasePath },
  TARGET_ACCOUNT_ID: { targetAccountId: BASE.targetAccountId },
  TASK_ACCOUNT_ID: { newTasksAccountId: BASE.newTasksAccountId },
  TARGET_BASE_PATH: { targetBasePath: BASE.targetBasePath },
  TGT_DATASET_RETENTION: { retention: BASE.targetRetention },
};
/** What each override changes in the rule of a policy; the ones that are missing change nothing there. */
const IN_RULE: Readonly<Record<PolicyType, Partial<Record<Override, object>>>> = {
  CREATION: {
    SOURCE_ACCOUNT_ID: { accountId: BASE.sourceAccountId },
    SOURCE_BASE_PATH: { basePath: BASE.sourceBasePath },
    SRC_DATASET_RETENTION: { retention: BASE.sourceRetention },
  },
  COPY: { ...COPIES, SUBPATHS: { subpaths: BASE.subpaths } },
  REPEAT_COPY: COPIES,
  EXPIRATION: {},
};
/** What each changes in any policy. */
const IN_ALL: Partial<Record<Override, Partial<Policy>>> = {
  ENABLED: { enabled: BASE.enabled },
  PRIORITY: { priority: BASE.priority },
  SCHEDULE: { schedule: BASE.schedule },
  BRIEFCASE: { briefcase: BASE.briefcase },
};

describe('a base policy', () => {
  for (const type of TYPES) {
    const written: Policy = { ...samplePolicy(1), rule: RULES[type] };
    const { enabled, priority, schedule, briefcase, rule } = written;
    const own = { enabled, priority, schedule, briefcase, rule };

    for (const override of OVERRIDES) {
      it(`decides by ${override} what that names of a ${type} policy, and nothing else`, () => {
        const policy = withBase(written, { ...BASE, overrides: [override] });
        expect(policy).to.deep.equal({
          ...written,
          ...IN_ALL[override],
          rule: { ...rule, ...IN_RULE[type][override] },
          basePolicyId: BASE.id,
          own,
        });
        expect(asWritten(policy)).to.deep.equal({ ...written, basePolicyId: BASE.id });
      });
    }

    it(`decides nothing of a ${type} policy that it does not list`, () => {
      const policy = withBase(written, BASE);
      expect(policy).to.deep.equal({ ...written, basePolicyId: BASE.id, own });
      expect(withBase(asWritten(policy), null)).to.deep.equal(written);
    });
  }

  it('does not enable a policy that a cancelled job has disabled', () => {
    const written: Policy = { ...samplePolicy(1), enabled: false, disabledByDm: true };
    const base: BasePolicy = { ...BASE, enabled: true, overrides: ['ENABLED'] };
    expect(withBase(written, base).enabled).to.equal(false);
    expect(withBase({ ...written, disabledByDm: false }, base).enabled).to.equal(true);
  });
});
