import type { Places } from '../../engine/places.js';
import type { JobQueue } from '../../job/job-queue.js';
import { DmError } from '../../model/error.js';
import { parseJobId } from '../../model/ids.js';
import type { Policy } from '../../model/policy.js';
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
import { policyFromMessage, policyView, type ResolveAccount } from './policy-messages.js';
import { timeText } from './views.js';
import { waitsFor } from './waits-for.js';

/** Fields that a stored policy may lack. */
const OPTIONAL_FIELDS: ReadonlySet<string> = new Set(['dataset_retention_period']);

/** The policy commands of the control service. */
export function policyHandlers(modules: {
  policies: Policies;
  outcomes: PolicyOutcomes;
  queue: JobQueue;
  places: Places;
  clock: Clock;
  resolve: ResolveAccount;
  defaults: { readonly partial: 'allow' | 'fail' };
}) {
  const { policies, outcomes, queue, clock, resolve, defaults } = modules;
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
  return {
    createPolicy: async (request: CreatePolicyRequest__Output) => {
      const policy = await policies.create(
        await policyFromMessage(given(request.policy), resolve, defaults),
      );
      if (request.run_now) await policies.run(String(policy.id));
      return { id: String(policy.id) };
    },
    listPolicies: async () => {
      const found = new Map<number, Policy>();
      for await (const policy of policies.list()) found.set(policy.id, policy);
      const ends = await outcomes.all();
      const views = [...found.values()].map((policy) =>
        viewOf(policy, found.get(policy.parentId ?? 0) ?? null, ends),
      );
      return { policies: views };
    },
    getPolicy: async (request: Ref__Output) => view(await policies.get(request.ref)),
    modifyPolicy: async (request: ModifyPolicyRequest__Output) => {
      const before = await policies.get(request.ref);
      let policy = before;
      if (request.update_mask.length > 0) {
        const merged = merge(before, given(request.policy), request.update_mask);
        const changed = await policyFromMessage(merged, resolve, defaults);
        policy = await policies.modify(String(before.id), (present) => ({
          ...present,
          ...changed,
          spent: present.spent && sameCopy(present, changed.rule),
        }));
      }
      if (request.run_now) await policies.run(String(policy.id));
      return view(await policies.get(String(policy.id)));
    },
    deletePolicy: async (request: Ref__Output) => {
      await policies.delete(request.ref);
      return {};
    },
    runPolicy: async (request: RunPolicyRequest__Output) => {
      const { jobId } = await policies.run(request.ref, {
        adopt: request.adopt,
        acceptSource: request.accept_source,
      });
      return { job_id: jobId };
    },
    previewPolicy: async (request: Ref__Output, signal: AbortSignal) =>
      previewView(await previewPolicy(await policies.get(request.ref), modules, signal)),
    getChildJobs: async (request: JobRef__Output, signal: AbortSignal) => {
      const job = await queue.get(parseJobId(request.id));
      return { job_ids: await policies.childJobs(job, signal) };
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
  return JSON.stringify(before.rule) === JSON.stringify(rule);
}

function given(policy: Policy__Output | null): Policy__Output {
  if (policy === null) throw new DmError('invalid_argument', 'the request carries no policy');
  return policy;
}

/** The stored policy as a message, with the fields named by the mask (`a.b` for nested ones) replaced. */
function merge(before: Policy, changes: Policy__Output, mask: readonly string[]): Policy__Output {
  const merged: Record<string, unknown> = structuredClone(policyView(before, '')) as Record<
    string,
    unknown
  >;
  for (const path of mask) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let to: Record<string, unknown> = merged;
    let from: unknown = changes;
    for (const name of names) {
      from = field(from, name);
      const inner = to[name];
      if (typeof inner !== 'object' || inner === null) throw unknownField(path, before);
      to = inner as Record<string, unknown>;
    }
    if (!(last in to) && !OPTIONAL_FIELDS.has(last)) throw unknownField(path, before);
    to[last] = field(from, last);
  }
  return merged as unknown as Policy__Output;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function unknownField(path: string, policy: Policy): DmError {
  return new DmError(
    'invalid_argument',
    `"${path}" is not a field of policy ${policy.id}, a ${policy.rule.type}; see \`dm policies view ${policy.id}\``,
  );
}
