import { DmError } from '../../model/error.js';
import type { BasePolicy } from '../../rpc/generated/control/datamover/v1/BasePolicy.js';
import type { Policy } from '../../rpc/generated/control/datamover/v1/Policy.js';
import type { OptionValue, OptionValues } from '../option-values.js';
import {
  BASE_POLICY_FLAGS,
  POLICY_FLAGS,
  POLICY_TYPES,
  type PolicyFlag,
  type PolicyType,
  PRIORITIES,
} from './policy-flags.js';

type Node = { [field: string]: OptionValue | Node };

const RETENTION = {
  dataset_reserve: 0,
  dataset_expiry_action: 'DELETE',
};
const COPY_BASE = {
  base_account_id: 'local',
  source_account_id: 'local',
  target_account_id: 'local',
  new_tasks_account: 'local',
  target_base_path: '',
  target_dataset_type: 'FILE',
  copy_retention: RETENTION,
};
const NO_SCHEDULE: Node = { start_time: '', recurrence: [], date_times: [], time_zone: '' };
const BASE_DEFAULTS: Node = {
  override_list: [],
  enabled: true,
  priority: 'NORMAL',
  schedule: NO_SCHEDULE,
  briefcase: '',
  base_account_id: 'local',
  new_tasks_account: 'local',
  source_account_id: 'local',
  target_account_id: 'local',
  source_base_path: '',
  target_base_path: '',
  source_subpaths: [],
  src_dataset_retention: RETENTION,
  tgt_dataset_retention: RETENTION,
};
/** What a new policy is where its flags say nothing. */
const DEFAULTS: Readonly<Record<PolicyType, Node>> = {
  CREATION: {
    creation_policy: {
      account_id: 'local',
      base_path: '',
      retention: RETENTION,
      exclude: [],
      snapshot: 'auto',
      cross_subvolumes: false,
      pre_command: '',
      post_command: '',
    },
  },
  COPY: {
    copy_policy: {
      dataset_id: 0,
      source_base_path: '',
      source_subpaths: [],
      create_dataset_on_target: true,
      existing: 'fail',
      in_place: false,
      no_metadata: false,
      source_as_of: '',
      dataset_copy_policy_base: COPY_BASE,
    },
  },
  EXPIRATION: { expiration_policy: { account_id: 'local' } },
  REPEAT_COPY: {
    repeat_copy_policy: {
      source_base_path: '',
      reconnect: false,
      on_drift: 'repair',
      rpo_alert: 0,
      dataset_copy_policy_base: COPY_BASE,
    },
  },
};

/**
 * The policy that `policies create NAME [PRIORITY] [ENABLED] [TYPE]` asks for. What may stand in
 * both forms may not stand in two different ones.
 */
export function newPolicy(args: readonly string[], options: OptionValues): Policy {
  const [name = '', priority, enabled, typeWord] = args;
  const type = policyType(either('TYPE', 'policy-type', typeWord, options.text('policy-type')));
  const policy: Node = {
    name,
    priority: oneOf('PRIORITY', PRIORITIES, priority ?? 'NORMAL'),
    enabled: parseEnabled(enabled),
    policy_type: type,
    briefcase: '',
    partial: '',
    max_delete: '',
    schedule: structuredClone(NO_SCHEDULE),
    parent_exec_policy_id: 0,
    base_policy_id: 0,
    ...structuredClone(DEFAULTS[type]),
  };
  either('PRIORITY', 'priority', priority, options.text('priority'));
  either('ENABLED', 'enabled', enabled, options.boolean('enabled')?.toString());
  for (const spec of POLICY_FLAGS) {
    const value = options.get(spec.flag);
    if (value === undefined) {
      // A base policy may have it.
      if (spec.needed && spec.type === type && !options.has('base-policy-id')) {
        throw new DmError('usage', `a ${type} policy needs --${spec.flag}; give it`);
      }
      continue;
    }
    if (spec.type !== undefined && spec.type !== type) {
      throw new DmError(
        'usage',
        `--${spec.flag} does not belong to a ${type} policy; leave it out or give TYPE ${spec.type}`,
      );
    }
    setField(policy, spec.field, checked(spec.flag, value));
  }
  return policy;
}

/** The fields of a policy that the flags set, and their names for the update mask. */
export function policyChanges(options: OptionValues): { policy: Policy; update_mask: string[] } {
  const { message, update_mask } = changesOf(POLICY_FLAGS, options);
  return { policy: message, update_mask };
}

/** The same for a base policy. */
export function basePolicyChanges(options: OptionValues): {
  base_policy: BasePolicy;
  update_mask: string[];
} {
  const { message, update_mask } = changesOf(BASE_POLICY_FLAGS, options);
  return { base_policy: message, update_mask };
}

export function newBasePolicy(name: string, options: OptionValues): BasePolicy {
  const policy: Node = { name, ...structuredClone(BASE_DEFAULTS) };
  for (const spec of BASE_POLICY_FLAGS) {
    const value = options.get(spec.flag);
    if (value !== undefined) setField(policy, spec.field, value);
  }
  return policy;
}

function changesOf(
  flags: readonly PolicyFlag[],
  options: OptionValues,
): { message: Node; update_mask: string[] } {
  const policy: Node = {};
  const update_mask: string[] = [];
  const name = options.text('name');
  if (name !== undefined) {
    policy.name = name;
    update_mask.push('name');
  }
  for (const spec of flags) {
    const value = options.get(spec.flag);
    if (value === undefined) continue;
    setField(policy, spec.field, checked(spec.flag, value));
    update_mask.push(spec.field);
  }
  return { message: policy, update_mask };
}

function setField(message: Node, path: string, value: OptionValue): void {
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    message[first] = value;
    return;
  }
  const inner = message[first];
  const node: Node = isNode(inner) ? inner : {};
  message[first] = node;
  setField(node, rest.join('.'), value);
}

function isNode(value: OptionValue | Node | undefined): value is Node {
  return typeof value === 'object' && !Array.isArray(value);
}

function checked(flag: string, value: OptionValue): OptionValue {
  if (flag !== 'max-delete' || /^([0-9]{1,15}|(100|[0-9]{1,2})%|)$/.test(String(value)))
    return value;
  throw new DmError('usage', `--max-delete=${value} is not possible; give a number or 0% to 100%`);
}

function policyType(word: string | undefined): PolicyType {
  if (word === undefined) {
    throw new DmError('usage', `the type of the policy is missing; give --policy-type`);
  }
  return oneOf('TYPE', POLICY_TYPES, word);
}

function parseEnabled(word: string | undefined): boolean {
  if (word === undefined || word === 'true') return true;
  if (word === 'false') return false;
  throw new DmError('usage', `ENABLED "${word.slice(0, 80)}" is not possible; give true or false`);
}

function oneOf<T extends string>(what: string, choices: readonly T[], word: string): T {
  const found = choices.find((choice) => choice === word);
  if (found !== undefined) return found;
  throw new DmError(
    'usage',
    `${what} "${word.slice(0, 80)}" is not possible; give ${choices.join(', ')}`,
  );
}

function either(
  what: string,
  flag: string,
  word: string | undefined,
  option: string | undefined,
): string | undefined {
  if (word !== undefined && option !== undefined && word !== option) {
    throw new DmError(
      'usage',
      `${what} "${word}" and --${flag}=${option} differ; give one of them`,
    );
  }
  return word ?? option;
}
