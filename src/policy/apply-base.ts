import type { BasePolicy, Override } from '../model/base-policy.js';
import type { CopyPlaces, OwnValues, Policy, PolicyRule } from '../model/policy.js';

/** A policy as its user wrote it, whatever its base policy decides. */
export function asWritten(policy: Policy): Policy {
  return policy.own === null ? policy : { ...policy, ...policy.own, own: null };
}

/**
 * A policy as it runs: what the base policy lists comes from there, the rest from the policy as it
 * was written, which is kept beside. A policy that a cancelled job has disabled stays so.
 */
export function withBase(written: Policy, base: BasePolicy | null): Policy {
  if (base === null) return asked({ ...written, basePolicyId: null, own: null });
  const takes = (one: Override) => base.overrides.includes(one);
  const { enabled, priority, schedule, briefcase, rule } = written;
  const own: OwnValues = { enabled, priority, schedule, briefcase, rule };
  return asked({
    ...written,
    basePolicyId: base.id,
    own,
    enabled: (takes('ENABLED') ? base.enabled : enabled) && !written.disabledByDm,
    priority: takes('PRIORITY') ? base.priority : priority,
    schedule: takes('SCHEDULE') ? base.schedule : schedule,
    briefcase: takes('BRIEFCASE') ? base.briefcase : briefcase,
    rule: ruleWithBase(rule, base),
  });
}

/** A run that was asked for does not wait for a policy to be switched on again. */
function asked(policy: Policy): Policy {
  return policy.enabled ? policy : { ...policy, runAgain: null };
}

function ruleWithBase(rule: PolicyRule, base: BasePolicy): PolicyRule {
  const pick = <T>(one: Override, from: T, own: T): T =>
    base.overrides.includes(one) ? from : own;
  switch (rule.type) {
    case 'CREATION':
      return {
        ...rule,
        accountId: pick('SOURCE_ACCOUNT_ID', base.sourceAccountId, rule.accountId),
        basePath: pick('SOURCE_BASE_PATH', base.sourceBasePath, rule.basePath),
        retention: pick('SRC_DATASET_RETENTION', base.sourceRetention, rule.retention),
      };
    case 'COPY':
      return {
        ...rule,
        ...placesWithBase(rule, base),
        sourceBasePath: pick('SOURCE_BASE_PATH', base.sourceBasePath, rule.sourceBasePath),
        subpaths: pick('SUBPATHS', base.subpaths, rule.subpaths),
      };
    case 'REPEAT_COPY':
      return {
        ...rule,
        ...placesWithBase(rule, base),
        sourceBasePath: pick('SOURCE_BASE_PATH', base.sourceBasePath, rule.sourceBasePath),
      };
    case 'EXPIRATION':
      return rule;
  }
}

function placesWithBase(places: CopyPlaces, base: BasePolicy): Partial<CopyPlaces> {
  const pick = <T>(one: Override, from: T, own: T): T =>
    base.overrides.includes(one) ? from : own;
  return {
    sourceAccountId: pick('SOURCE_ACCOUNT_ID', base.sourceAccountId, places.sourceAccountId),
    targetAccountId: pick('TARGET_ACCOUNT_ID', base.targetAccountId, places.targetAccountId),
    newTasksAccountId: pick('TASK_ACCOUNT_ID', base.newTasksAccountId, places.newTasksAccountId),
    targetBasePath: pick('TARGET_BASE_PATH', base.targetBasePath, places.targetBasePath),
    retention: pick('TGT_DATASET_RETENTION', base.targetRetention, places.retention),
  };
}
