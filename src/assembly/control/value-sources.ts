import type { BasePolicy, Override } from '../../model/base-policy.js';
import type { PolicyType } from '../../model/policy.js';
import type { ValueSource } from '../../rpc/generated/control/datamover/v1/ValueSource.js';

const COMMON: Partial<Record<Override, string>> = {
  ENABLED: 'enabled',
  PRIORITY: 'priority',
  SCHEDULE: 'schedule',
  BRIEFCASE: 'briefcase',
};

/** The fields of each type of policy that a base policy may decide. */
const FIELDS: Readonly<Record<PolicyType, Partial<Record<Override, string>>>> = {
  CREATION: {
    ...COMMON,
    SOURCE_ACCOUNT_ID: 'creation_policy.account_id',
    SOURCE_BASE_PATH: 'creation_policy.base_path',
    SRC_DATASET_RETENTION: 'creation_policy.retention',
  },
  COPY: {
    ...COMMON,
    ...copyFields('copy_policy'),
    SUBPATHS: 'copy_policy.source_subpaths',
  },
  REPEAT_COPY: { ...COMMON, ...copyFields('repeat_copy_policy') },
  EXPIRATION: COMMON,
};

function copyFields(policy: string): Partial<Record<Override, string>> {
  const places = `${policy}.dataset_copy_policy_base`;
  return {
    SOURCE_BASE_PATH: `${policy}.source_base_path`,
    BASE_ACCOUNT_ID: `${places}.base_account_id`,
    SOURCE_ACCOUNT_ID: `${places}.source_account_id`,
    TARGET_ACCOUNT_ID: `${places}.target_account_id`,
    TASK_ACCOUNT_ID: `${places}.new_tasks_account`,
    TARGET_BASE_PATH: `${places}.target_base_path`,
    TGT_DATASET_RETENTION: `${places}.copy_retention`,
  };
}

/**
 * Where the values of a policy come from; nothing for one without a base policy: all are its own.
 */
export function valueSources(type: PolicyType, base: BasePolicy | null): ValueSource[] {
  if (base === null) return [];
  return Object.entries(FIELDS[type]).map(([override, field]) => {
    const isTaken = base.overrides.some((one) => one === override);
    return isTaken
      ? { field, source: 'base_policy', base_policy: base.name }
      : { field, source: 'policy', base_policy: '' };
  });
}
