import { isDeepStrictEqual } from 'node:util';
import type { Places } from '../../engine/places.js';
import type { JobQueue } from '../../job/job-queue.js';
import type { BasePolicy } from '../../model/base-policy.js';
import { DmError } from '../../model/error.js';
import { parseJobId } from '../../model/ids.js';
import type { Policy } from '../../model/policy.js';
import { asWritten } from '../../policy/apply-base.js';
import type { BasePolicies } from '../../policy/base-policies.js';
import type { Policies } from '../../policy/policies.js';
import type { PolicyOutcome, PolicyOutcomes } from '../../policy/policy-outcomes.js';
import { type PolicyPreview, previewPolicy } from '../../policy/preview-policy.js';
import { exceedsRpo } from '../../policy/rpo-alert.js';
import type { CreatePolicyRequest__Output } from '../../rpc/generated/control/datamover/v1/CreatePolicyRequest.js';
import type { JobRef__Output } from '../../rpc/generated/control/datamover/v1/JobRef.js';
import type { ModifyPolicyRequest__Output } from '../../rpc/generated/control/datamover/v1/ModifyPolicyRequest.js';
import type { Policy__Output } from '../../rpc/generated/control/datamover/v1/Policy.js';
import type { Ref__Output } from '../../rpc/generated/control/datamover/v1/Ref.js';
import type { RunPolicyRequest__Output } from '../../rpc/generated/control/datamover/v1/RunPolicyRequest.js';
import type { Clock } from '../../util/clock.js';
import { mergeFields } from './merge-fields.js';
import { policyFromMessage, policyView } from './policy-messages.js';
import type { ResolveAccount } from './policy-parts.js';
import { valueSources } from './value-sources.js';
import { timeText } from './views.js';
import { waitsFor } from './waits-for.js';

/** The policy commands of the control service. */
export function policyHandlers(modules: {
  policies: Policies;
  /** Called when a policy has been deleted. */
  onDeleted: () => void;
  bases: BasePolicies;
  outcomes: PolicyOutcomes;
  queue: JobQueue;
  places: Places;
  clock: Clock;
  resolve: ResolveAccount;
  defaults: { readonly partial: 'allow' | 'fail' };
}) {
  const { policies, onDeleted, bases, outcomes, queue, clock, resolve, defaults } = modules;
  const viewOf = (
    policy: Policy,
    parent: Policy | null,
    ends: ReadonlyMap<number, PolicyOutcome>,
  ) => ({
    ...policyView(policy, waitsFor(policy, parent, ends.get(parent?.id ?? 0) ?? null)),
    rpo_exceeded: exceedsRpo(policy, ends.get(policy.id) ?? null, clock.now()),
  });
  const view = async (policy: Policy) => {
    const { parentId } = policy;
    const parent = parentId === null ? null : await policies.get(String(parentId));
    return viewOf(policy, parent, await outcomes.all());
  };
  const sourced = async (policy: Policy) => {
    const { basePolicyId } = policy;
    const base = basePolicyId === null ? null : await bases.get(String(basePolicyId));
    return { ...(await view(policy)), value_sources: valueSources(policy.rule.type, base) };
  };
  return {
    createPolicy: async (request: CreatePolicyRequest__Output) => {
      const policy = await policies.create(
        await policyFromMessage(given(request.policy), resolve, defaults),
        { runNow: request.run_now },
      );
      return { id: String(policy.id) };
    },
    listPolicies: async () => {
      const found = new Map<number, Policy>();
      for await (const policy of policies.list()) found.set(policy.id, policy);
      const ends = await outcomes.all();
      const templates = new Map<number, BasePolicy>();
      for await (const base of bases.list()) templates.set(base.id, base);
      const views = [...found.values()].map((policy) => ({
        ...viewOf(policy, found.get(policy.parentId ?? 0) ?? null, ends),
        value_sources: valueSources(
          policy.rule.type,
          templates.get(policy.basePolicyId ?? 0) ?? null,
        ),
      }));
      return { policies: views };
    },
    getPolicy: async (request: Ref__Output) => sourced(await policies.get(request.ref)),
    modifyPolicy: async (request: ModifyPolicyRequest__Output) => {
      const before = await policies.get(request.ref);
      let policy = before;
      if (request.update_mask.length > 0) {
        const merged = merge(asWritten(before), given(request.policy), request.update_mask);
        const changed = await policyFromMessage(merged, resolve, defaults);
        policy = await policies.modify(String(before.id), (present) => ({
          ...present,
          ...changed,
          spent: present.spent && sameCopy(present, changed.rule),
        }));
      }
      if (request.run_now) await policies.run(String(policy.id));
      return sourced(await policies.get(String(policy.id)));
    },
    deletePolicy: async (request: Ref__Output) => {
      await policies.delete(request.ref);
      onDeleted();
      return {};
    },
    runPolicy: async (request: RunPolicyRequest__Output) => {
      const { jobId, again } = await policies.run(request.ref, {
        adopt: request.adopt,
        acceptSource: request.accept_source,
      });
      return { job_id: jobId, again };
    },
    previewPolicy: async (request: Ref__Output, signal: AbortSignal) =>
      previewView(await previewPolicy(await policies.get(request.ref), modules, signal)),
    getChildJobs: async (request: JobRef__Output, signal: AbortSignal) => {
      const job = await queue.get(parseJobId(request.id));
      return { job_ids: await policies.following.ofChildren(job, signal) };
    },
    getNextJob: async (request: JobRef__Output, signal: AbortSignal) => {
      const next = await policies.following.after(await queue.get(parseJobId(request.id)), signal);
      return { job_ids: next === null ? [] : [next] };
    },
    getLastJob: async (request: Ref__Output) => {
      const policy = await policies.get(request.ref);
      return { job_id: policy.lastJob ?? 0, last_run_at: timeText(policy.lastRunAtMs) };
    },
  };
}

function previewView({ kind, dataset, entries, bytes, changes }: PolicyPreview) {
  return {
    kind,
    source_dataset_id: dataset ?? 0,
    entries,
    bytes,
    created: changes.created,
    changed: changes.changed,
    deletions: changes.deleted,
    renames: changes.renamed,
    bytes_of_changed_files: changes.bytes,
  };
}

/** A spent COPY stays spent unless it is pointed at something else. */
function sameCopy(before: Policy, rule: Policy['rule']): boolean {
  return isDeepStrictEqual(before.rule, rule);
}

function given(policy: Policy__Output | null): Policy__Output {
  if (policy === null) throw new DmError('invalid_argument', 'the request carries no policy');
  return policy;
}

/** The stored policy as a message, with the fields named by the mask replaced. */
function merge(before: Policy, changes: Policy__Output, mask: readonly string[]): Policy__Output {
  const { id, rule } = before;
  const what = `policy ${id}, a ${rule.type}; see \`dm policies view ${id}\``;
  return mergeFields(policyView(before, ''), changes, mask, what) as unknown as Policy__Output;
}
