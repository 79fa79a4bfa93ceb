import type { Policy } from '../../model/policy.js';
import type { PolicyOutcome } from '../../policy/policy-outcomes.js';

/**
 * What a policy with a parent waits for, for people; "" when it waits for nothing or will not run.
 */
export function waitsFor(
  policy: Policy,
  parent: Policy | null,
  parentOutcome: PolicyOutcome | null,
): string {
  if (parent === null || !policy.enabled || policy.spent || policy.nextRunAtMs !== null) return '';
  const name = `policy ${parent.id} (${parent.name})`;
  if (parent.spent) return `${name}, a COPY that has run`;
  if (!parent.enabled) return `${name}, which is disabled`;
  const last = parentOutcome?.last;
  if (!last || last.state === 'finished') return `the next job of ${name}`;
  return `a job of ${name} that finishes; job ${last.jobId} ${last.state === 'failed' ? 'failed' : 'was cancelled'}`;
}
