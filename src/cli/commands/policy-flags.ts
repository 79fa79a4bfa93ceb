import { OVERRIDES } from '../../model/base-policy.js';
import type { OptionKind, OptionSpec } from '../option-spec.js';

export const POLICY_TYPES = ['CREATION', 'COPY', 'REPEAT_COPY', 'EXPIRATION'] as const;
export type PolicyType = (typeof POLICY_TYPES)[number];
export const PRIORITIES = ['LOW', 'NORMAL', 'HIGH'] as const;

/** A flag that sets one field of a policy. */
export interface PolicyFlag extends OptionSpec {
  /** Dotted path of the field in the Policy message. */
  readonly field: string;
  /** The only type of policy that has the field; absent when all have it. */
  readonly type?: PolicyType;
  /** True when a policy of this type cannot be made without it. */
  readonly needed?: boolean;
}

const TARGET_TYPES = ['FILE', 'FILE_ON_OBJECT_COPY', 'FILE_ON_OBJECT_BACKUP'];
const EXPIRY_ACTIONS = ['DELETE'];

function flag(
  field: string,
  name: string,
  kind: OptionKind,
  help: string,
  more: Partial<PolicyFlag> = {},
): PolicyFlag {
  return { field, flag: name, kind, help, ...more };
}

/** What a base policy has, too. */
const GENERAL: readonly PolicyFlag[] = [
  flag('priority', 'priority', 'text', 'rank among waiting jobs', { choices: PRIORITIES }),
  flag('enabled', 'enabled', 'boolean', 'a disabled policy never runs'),
  flag('briefcase', 'briefcase', 'text', 'note kept with the policy'),
  flag('schedule.start_time', 'start-time', 'text', 'run then; with --recurrence not before', {
    value: 'TIME',
  }),
  flag('schedule.recurrence', 'recurrence', 'list', 'run again and again; 5, 6 or 7 fields', {
    value: 'CRON',
  }),
  flag('schedule.date_times', 'date-times', 'list', 'run then as well', { value: 'TIME' }),
  flag('schedule.time_zone', 'time-zone', 'text', "instead of the agent's", { value: 'ZONE' }),
];

const COMMON: readonly PolicyFlag[] = [
  ...GENERAL,
  flag('partial', 'partial', 'text', 'whether unreadable files fail the job', {
    choices: ['allow', 'fail'],
  }),
  flag(
    'parent_exec_policy_id',
    'parent-exec-policy-id',
    'text',
    'run when a job of that policy has finished',
    { value: 'POLICY' },
  ),
  flag('base_policy_id', 'base-policy-id', 'text', 'what that one lists overrides the rest', {
    value: 'BASE_POLICY',
  }),
  flag('max_delete', 'max-delete', 'text', 'stop a run that would delete more', {
    value: 'N or P%',
  }),
];

/**
 * The flags of a retention below `field`; the three names are given, for one of them is irregular.
 */
function retention(field: string, period: string, reserve: string, action: string): PolicyFlag[] {
  return [
    flag(
      `${field}.dataset_retention_period`,
      period,
      'integer',
      'keep for so long; without it for ever',
      {
        value: 'SECONDS',
      },
    ),
    flag(`${field}.dataset_reserve`, reserve, 'integer', 'newest datasets that never expire', {
      maximum: 65_535,
    }),
    flag(`${field}.dataset_expiry_action`, action, 'text', 'what expiry does', {
      choices: EXPIRY_ACTIONS,
    }),
  ];
}

const CREATION: readonly PolicyFlag[] = [
  flag('creation_policy.account_id', 'creation-account-id', 'text', 'where; local if absent', {
    value: 'ACCOUNT',
  }),
  flag('creation_policy.base_path', 'creation-base-path', 'text', 'directory to capture', {
    value: 'PATH',
    needed: true,
  }),
  ...retention(
    'creation_policy.retention',
    'creation-dataset-retention-period',
    'creation-dataset-reserve',
    'creation-dataset-expiry-action',
  ),
  flag('creation_policy.exclude', 'creation-exclude', 'list', 'leave out (gitignore pattern)', {
    value: 'PATTERN',
  }),
  flag('creation_policy.snapshot', 'creation-snapshot', 'text', 'how to freeze the tree', {
    choices: ['auto', 'none'],
  }),
  flag(
    'creation_policy.cross_subvolumes',
    'creation-cross-subvolumes',
    'boolean',
    'enter nested subvolumes',
  ),
  flag(
    'creation_policy.pre_command',
    'pre-command',
    'text',
    'run before; a program of --hooks-dir',
    {
      value: 'COMMAND',
    },
  ),
  flag(
    'creation_policy.post_command',
    'post-command',
    'text',
    'run after, made or not; not when the pre-command failed',
    {
      value: 'COMMAND',
    },
  ),
];

/** The places of a copy, under the prefix of its flags and of its field. */
function copyBase(prefix: string, field: string): PolicyFlag[] {
  const base = `${field}.dataset_copy_policy_base`;
  const account = (name: string, flagName: string, help: string) =>
    flag(`${base}.${name}`, `${prefix}-base-${flagName}`, 'text', `${help}; local if absent`, {
      value: 'ACCOUNT',
    });
  return [
    account('base_account_id', 'base-account-id', 'where the policy lives'),
    account('source_account_id', 'source-account-id', 'copy from'),
    account('target_account_id', 'target-account-id', 'copy to'),
    account('new_tasks_account', 'new-tasks-account', 'agent that does the work'),
    flag(`${base}.target_base_path`, `${prefix}-base-target-base-path`, 'text', 'where to put it', {
      value: 'PATH',
      needed: true,
    }),
    flag(
      `${base}.target_dataset_type`,
      `${prefix}-base-target-dataset-type`,
      'text',
      'form there',
      {
        choices: TARGET_TYPES,
      },
    ),
  ];
}

const COPY: readonly PolicyFlag[] = [
  flag('copy_policy.dataset_id', 'copy-dataset-id', 'integer', 'number of the dataset', {
    minimum: 1,
    needed: true,
  }),
  flag('copy_policy.source_base_path', 'copy-source-base-path', 'text', 'its base path', {
    value: 'PATH',
  }),
  flag('copy_policy.source_subpaths', 'copy-source-subpaths', 'list', 'only this below the base', {
    value: 'PATH',
  }),
  flag(
    'copy_policy.create_dataset_on_target',
    'copy-create-dataset-on-target',
    'boolean',
    'keep it as a dataset there; true if absent',
  ),
  flag('copy_policy.existing', 'copy-existing', 'text', 'what becomes of files that are there', {
    choices: ['fail', 'skip', 'changed', 'overwrite'],
  }),
  flag(
    'copy_policy.in_place',
    'copy-in-place',
    'boolean',
    'the target may be a tree that datasets are made of',
  ),
  flag(
    'copy_policy.no_metadata',
    'copy-no-metadata',
    'boolean',
    'leave owners, modes, times and attributes out',
  ),
  flag('copy_policy.source_as_of', 'copy-source-as-of', 'text', 'read the bucket as it was then', {
    value: 'TIME',
  }),
  ...copyBase('copy', 'copy_policy'),
  ...retention(
    'copy_policy.dataset_copy_policy_base.copy_retention',
    'copy-base-dataset-retention-period',
    'copy-base-dataset-reserve',
    'copy-base-dataset-expiry-action',
  ),
];

const REPEAT_COPY: readonly PolicyFlag[] = [
  flag(
    'repeat_copy_policy.source_base_path',
    'repeat-copy-source-base-path',
    'text',
    'tree whose newest dataset is copied',
    { value: 'PATH', needed: true },
  ),
  flag(
    'repeat_copy_policy.reconnect',
    'repeat-copy-reconnect',
    'boolean',
    'take over a received tree',
  ),
  flag(
    'repeat_copy_policy.on_drift',
    'repeat-copy-on-drift',
    'text',
    'when the target was changed',
    {
      choices: ['repair', 'fail'],
    },
  ),
  flag(
    'repeat_copy_policy.rpo_alert',
    'repeat-copy-rpo-alert',
    'integer',
    'alert when the newest copy is older; 0 for never',
    { value: 'SECONDS' },
  ),
  ...copyBase('repeat-copy', 'repeat_copy_policy'),
  ...retention(
    'repeat_copy_policy.dataset_copy_policy_base.copy_retention',
    'repeat-copy-base-dataset-retention-period',
    'repeat-copy-base-dataset-reserve',
    'repeat-copy-base-policy-dataset-expiry-action',
  ),
];

const EXPIRATION: readonly PolicyFlag[] = [
  flag(
    'expiration_policy.account_id',
    'expiration-account-id',
    'text',
    'whose datasets go when their retention is over; local if absent',
    { value: 'ACCOUNT' },
  ),
];

/** Every flag that sets a field, in the order of the help. */
export const POLICY_FLAGS: readonly PolicyFlag[] = [
  ...COMMON,
  ...CREATION.map((one) => ({ ...one, type: 'CREATION' as const })),
  ...COPY.map((one) => ({ ...one, type: 'COPY' as const })),
  ...REPEAT_COPY.map((one) => ({ ...one, type: 'REPEAT_COPY' as const })),
  ...EXPIRATION.map((one) => ({ ...one, type: 'EXPIRATION' as const })),
];

/** Every flag of a base policy. */
export const BASE_POLICY_FLAGS: readonly PolicyFlag[] = [
  ...GENERAL,
  flag(
    'override_list',
    'override-list',
    'list',
    'what it decides for its policies; again for more',
    {
      choices: OVERRIDES,
    },
  ),
  ...(
    [
      ['base_account_id', 'where its policies live'],
      ['new_tasks_account', 'agent that does the work'],
      ['source_account_id', 'where datasets are made or copied from'],
      ['target_account_id', 'where they are copied to'],
    ] as const
  ).map(([field, help]) =>
    flag(field, field.replaceAll('_', '-'), 'text', help, { value: 'ACCOUNT' }),
  ),
  flag('source_base_path', 'source-base-path', 'text', 'tree that is captured or copied', {
    value: 'PATH',
  }),
  flag('target_base_path', 'target-base-path', 'text', 'where copies are put', { value: 'PATH' }),
  flag('source_subpaths', 'source-subpaths', 'list', 'only this below the base', {
    value: 'PATH',
  }),
  ...(['src', 'tgt'] as const).flatMap((side) =>
    retention(
      `${side}_dataset_retention`,
      `${side}-dataset-retention-period`,
      `${side}-dataset-reserve`,
      `${side}-dataset-expiry-action`,
    ),
  ),
];
