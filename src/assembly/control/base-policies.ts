import { type BasePolicy, OVERRIDES, type Override } from '../../model/base-policy.js';
import { DmError } from '../../model/error.js';
import type { BasePolicies } from '../../policy/base-policies.js';
import type {
  BasePolicy as BasePolicyMessage,
  BasePolicy__Output as BasePolicyRequest,
} from '../../rpc/generated/control/datamover/v1/BasePolicy.js';
import type { ModifyBasePolicyRequest__Output } from '../../rpc/generated/control/datamover/v1/ModifyBasePolicyRequest.js';
import type { Ref__Output } from '../../rpc/generated/control/datamover/v1/Ref.js';
import { mergeFields } from './merge-fields.js';
import {
  parsePriority,
  type ResolveAccount,
  requireLocal,
  retention,
  retentionView,
  scheduleFromMessage,
  scheduleView,
} from './policy-parts.js';

/** The base-policy commands of the control service. */
export function basePolicyHandlers(modules: {
  readonly bases: BasePolicies;
  readonly resolve: ResolveAccount;
}) {
  const { bases, resolve } = modules;
  return {
    createBasePolicy: async (request: BasePolicyRequest) => {
      const { id } = await bases.create(await fromMessage(request, resolve));
      return { id: String(id) };
    },
    listBasePolicies: async () => {
      const found: BasePolicyMessage[] = [];
      for await (const base of bases.list()) found.push(view(base));
      return { base_policies: found };
    },
    getBasePolicy: async ({ ref }: Ref__Output) => view(await bases.get(ref)),
    modifyBasePolicy: async ({
      ref,
      base_policy,
      update_mask,
    }: ModifyBasePolicyRequest__Output) => {
      if (base_policy === null) {
        throw new DmError('invalid_argument', 'the request carries no base policy');
      }
      const before = await bases.get(ref);
      const what = `base policy ${before.id}; see \`dm base-policies view ${before.id}\``;
      const merged = mergeFields(view(before), base_policy, update_mask, what);
      const changed = await fromMessage(merged as unknown as BasePolicyRequest, resolve);
      return view(await bases.modify(String(before.id), ({ id }) => ({ ...changed, id })));
    },
    deleteBasePolicy: async ({ ref }: Ref__Output) => {
      await bases.delete(ref);
      return {};
    },
  };
}

async function fromMessage(
  message: BasePolicyRequest,
  resolve: ResolveAccount,
): Promise<Omit<BasePolicy, 'id'>> {
  await requireLocal(message.base_account_id, 'base-account-id', resolve);
  return {
    name: message.name,
    overrides: OVERRIDES.filter((one) => message.override_list.map(parseOverride).includes(one)),
    enabled: message.enabled,
    priority: parsePriority(message.priority || 'NORMAL'),
    schedule: scheduleFromMessage(message.schedule),
    briefcase: message.briefcase,
    baseAccountId: await resolve(message.base_account_id),
    newTasksAccountId: await resolve(message.new_tasks_account),
    sourceAccountId: await resolve(message.source_account_id),
    targetAccountId: await resolve(message.target_account_id),
    sourceBasePath: message.source_base_path,
    targetBasePath: message.target_base_path,
    subpaths: message.source_subpaths.filter((subpath) => subpath !== ''),
    sourceRetention: retention(message.src_dataset_retention),
    targetRetention: retention(message.tgt_dataset_retention),
  };
}

function parseOverride(text: string): Override {
  const found = OVERRIDES.find((one) => one === text);
  if (found !== undefined) return found;
  throw new DmError(
    'invalid_argument',
    `--override-list "${text.slice(0, 80)}" is not possible; give one of ${OVERRIDES.join(', ')}`,
  );
}

function view(base: BasePolicy): BasePolicyMessage {
  return {
    id: base.id,
    name: base.name,
    override_list: [...base.overrides],
    enabled: base.enabled,
    priority: base.priority,
    schedule: scheduleView(base.schedule),
    briefcase: base.briefcase,
    base_account_id: base.baseAccountId,
    new_tasks_account: base.newTasksAccountId,
    source_account_id: base.sourceAccountId,
    target_account_id: base.targetAccountId,
    source_base_path: base.sourceBasePath,
    target_base_path: base.targetBasePath,
    source_subpaths: [...base.subpaths],
    src_dataset_retention: retentionView(base.sourceRetention),
    tgt_dataset_retention: retentionView(base.targetRetention),
  };
}
