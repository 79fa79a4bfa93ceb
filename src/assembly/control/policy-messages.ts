import { DATASET_TYPES, type DatasetType } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import { parseBasePolicyId, parsePolicyId } from '../../model/ids.js';
import { parseTime } from '../../model/parse-time.js';
import {
  type CopyPlaces,
  EXISTING_FILES,
  type ExistingFiles,
  type Policy,
  type PolicyRule,
  type PolicyType,
} from '../../model/policy.js';
import type { NewPolicy } from '../../policy/policies.js';
import type { CopyPolicy__Output } from '../../rpc/generated/control/datamover/v1/CopyPolicy.js';
import type { CreationPolicy__Output } from '../../rpc/generated/control/datamover/v1/CreationPolicy.js';
import type {
  DatasetCopyPolicyBase,
  DatasetCopyPolicyBase__Output,
} from '../../rpc/generated/control/datamover/v1/DatasetCopyPolicyBase.js';
import type {
  Policy as PolicyMessage,
  Policy__Output as PolicyRequest,
} from '../../rpc/generated/control/datamover/v1/Policy.js';
import type { RepeatCopyPolicy__Output } from '../../rpc/generated/control/datamover/v1/RepeatCopyPolicy.js';
import {
  parsePriority,
  type ResolveAccount,
  requireLocal,
  retention,
  retentionView,
  scheduleFromMessage,
  scheduleView,
  tasksAccount,
} from './policy-parts.js';
import { timeText } from './views.js';

const POLICY_TYPES: readonly PolicyType[] = ['CREATION', 'COPY', 'REPEAT_COPY', 'EXPIRATION'];

/**
 * A policy as asked for; what is not given has its default. Throws
 * `invalid_argument` or `not_supported`.
 */
export async function policyFromMessage(
  message: PolicyRequest,
  resolve: ResolveAccount,
  defaults: { readonly partial: 'allow' | 'fail' },
): Promise<NewPolicy> {
  return {
    name: message.name,
    priority: parsePriority(message.priority || 'NORMAL'),
    enabled: message.enabled,
    briefcase: message.briefcase,
    partial: parsePartial(message.partial || defaults.partial),
    maxDelete: message.max_delete,
    rule: await ruleFromMessage(message, resolve),
    schedule: scheduleFromMessage(message.schedule),
    parentId:
      message.parent_exec_policy_id === 0 ? null : parsePolicyId(message.parent_exec_policy_id),
    basePolicyId: message.base_policy_id === 0 ? null : parseBasePolicyId(message.base_policy_id),
  };
}

async function ruleFromMessage(
  message: PolicyRequest,
  resolve: ResolveAccount,
): Promise<PolicyRule> {
  switch (parseType(message.policy_type)) {
    case 'CREATION':
      return creationRule(present(message.creation_policy, 'CREATION'), resolve);
    case 'COPY':
      return copyRule(present(message.copy_policy, 'COPY'), resolve);
    case 'REPEAT_COPY':
      return repeatCopyRule(present(message.repeat_copy_policy, 'REPEAT_COPY'), resolve);
    case 'EXPIRATION': {
      const { account_id } = present(message.expiration_policy, 'EXPIRATION');
      return { type: 'EXPIRATION', accountId: await resolve(account_id) };
    }
  }
}

async function creationRule(
  message: CreationPolicy__Output,
  resolve: ResolveAccount,
): Promise<PolicyRule> {
  const snapshot = message.snapshot || 'auto';
  if (snapshot !== 'auto' && snapshot !== 'none') {
    throw invalid(`--creation-snapshot "${snapshot}" must be auto or none`);
  }
  if (message.cross_subvolumes) {
    throw new DmError(
      'not_supported',
      '--creation-cross-subvolumes is not available; make a CREATION policy for each subvolume',
    );
  }
  return {
    type: 'CREATION',
    accountId: await resolve(message.account_id),
    basePath: message.base_path,
    retention: retention(message.retention),
    excludes: message.exclude,
    snapshot,
    crossSubvolumes: false,
    preCommand: message.pre_command.trim(),
    postCommand: message.post_command.trim(),
  };
}

async function copyRule(message: CopyPolicy__Output, resolve: ResolveAccount): Promise<PolicyRule> {
  if (message.dataset_id < 1) {
    throw invalid('--copy-dataset-id is missing; see `dm datasets list` for the number');
  }
  return {
    type: 'COPY',
    datasetNumber: message.dataset_id,
    sourceBasePath: message.source_base_path,
    subpaths: message.source_subpaths,
    createDatasetOnTarget: message.create_dataset_on_target,
    restore: {
      existing: existingFiles(message.existing),
      inPlace: message.in_place,
      metadata: !message.no_metadata,
      sourceAsOfMs:
        message.source_as_of === '' ? null : parseTime(message.source_as_of, '--copy-source-as-of'),
    },
    ...(await copyPlaces(present(message.dataset_copy_policy_base, 'COPY'), resolve)),
  };
}

async function repeatCopyRule(
  message: RepeatCopyPolicy__Output,
  resolve: ResolveAccount,
): Promise<PolicyRule> {
  const onDrift = message.on_drift || 'repair';
  if (onDrift !== 'repair' && onDrift !== 'fail') {
    throw invalid(`--repeat-copy-on-drift "${onDrift}" must be repair or fail`);
  }
  return {
    type: 'REPEAT_COPY',
    sourceBasePath: message.source_base_path,
    reconnect: message.reconnect,
    onDrift,
    rpoAlertSeconds: message.rpo_alert > 0 ? message.rpo_alert : null,
    ...(await copyPlaces(present(message.dataset_copy_policy_base, 'REPEAT_COPY'), resolve)),
  };
}

async function copyPlaces(
  message: DatasetCopyPolicyBase__Output,
  resolve: ResolveAccount,
): Promise<CopyPlaces> {
  await requireLocal(message.base_account_id, 'base-account-id', resolve);
  return {
    sourceAccountId: await resolve(message.source_account_id),
    targetAccountId: await resolve(message.target_account_id),
    newTasksAccountId: await tasksAccount(message.new_tasks_account, resolve),
    targetBasePath: message.target_base_path,
    targetDatasetType: datasetType(message.target_dataset_type || 'FILE'),
    retention: retention(message.copy_retention),
  };
}

function datasetType(text: string): DatasetType {
  const found = DATASET_TYPES.find((type) => type === text);
  if (found !== undefined) return found;
  throw new DmError(
    'not_supported',
    `target dataset type "${text.slice(0, 80)}" is not known; use FILE, or FILE_ON_OBJECT_BACKUP or FILE_ON_OBJECT_COPY for an object account`,
  );
}

export function existingFiles(text: string): ExistingFiles {
  const found = EXISTING_FILES.find((one) => one === (text || 'fail'));
  if (found !== undefined) return found;
  throw invalid(`"${text.slice(0, 40)}" must be fail, skip, changed or overwrite`);
}

/** `waitsFor` says what a policy with a parent waits for. */
export function policyView(policy: Policy, waitsFor: string): PolicyMessage {
  const { rule } = policy;
  return {
    id: policy.id,
    name: policy.name,
    priority: policy.priority,
    enabled: policy.enabled,
    policy_type: rule.type,
    briefcase: policy.briefcase,
    partial: policy.partial,
    max_delete: policy.maxDelete,
    disabled_by_dm: policy.disabledByDm,
    last_job_id: policy.lastJob ?? 0,
    last_run_at: timeText(policy.lastRunAtMs),
    spent: policy.spent,
    schedule: scheduleView(policy.schedule),
    parent_exec_policy_id: policy.parentId ?? 0,
    base_policy_id: policy.basePolicyId ?? 0,
    next_run_at: policy.enabled && !policy.spent ? timeText(policy.nextRunAtMs) : '',
    waits_for: waitsFor,
    ...ruleView(rule),
  };
}

function ruleView(rule: PolicyRule): Partial<PolicyMessage> {
  switch (rule.type) {
    case 'CREATION':
      return {
        creation_policy: {
          account_id: rule.accountId,
          base_path: rule.basePath,
          retention: retentionView(rule.retention),
          exclude: [...rule.excludes],
          snapshot: rule.snapshot,
          cross_subvolumes: rule.crossSubvolumes,
          pre_command: rule.preCommand,
          post_command: rule.postCommand,
        },
      };
    case 'COPY':
      return {
        copy_policy: {
          dataset_id: rule.datasetNumber,
          source_base_path: rule.sourceBasePath,
          source_subpaths: [...rule.subpaths],
          create_dataset_on_target: rule.createDatasetOnTarget,
          existing: rule.restore.existing,
          in_place: rule.restore.inPlace,
          no_metadata: !rule.restore.metadata,
          source_as_of: timeText(rule.restore.sourceAsOfMs),
          dataset_copy_policy_base: placesView(rule),
        },
      };
    case 'REPEAT_COPY':
      return {
        repeat_copy_policy: {
          source_base_path: rule.sourceBasePath,
          reconnect: rule.reconnect,
          on_drift: rule.onDrift,
          rpo_alert: rule.rpoAlertSeconds ?? 0,
          dataset_copy_policy_base: placesView(rule),
        },
      };
    case 'EXPIRATION':
      return { expiration_policy: { account_id: rule.accountId } };
  }
}

function placesView(places: CopyPlaces): DatasetCopyPolicyBase {
  return {
    base_account_id: 'local',
    source_account_id: places.sourceAccountId,
    target_account_id: places.targetAccountId,
    new_tasks_account: places.newTasksAccountId ?? 'local',
    target_base_path: places.targetBasePath,
    target_dataset_type: places.targetDatasetType,
    copy_retention: retentionView(places.retention),
  };
}

function parseType(text: string): PolicyType {
  const type = POLICY_TYPES.find((known) => known === text);
  if (type !== undefined) return type;
  throw new DmError(
    'not_supported',
    `policy type "${text}" is not available; use ${POLICY_TYPES.join(', ')}`,
  );
}

function parsePartial(text: string): 'allow' | 'fail' {
  if (text !== 'allow' && text !== 'fail')
    throw invalid(`--partial "${text}" must be allow or fail`);
  return text;
}

function present<T>(message: T | null, type: string): T {
  if (message === null)
    throw invalid(`a ${type} policy needs its own options; see \`dm policies create --help\``);
  return message;
}

function invalid(message: string): DmError {
  return new DmError('invalid_argument', message);
}
