import type { Policy } from '../model/policy.js';
import type { PolicyOutcome } from './policy-outcomes.js';

/**
 * Whether the newest dataset that an enabled policy has brought to its target is older than
 * its alert says, counted from when it was made at its origin. A policy whose runs have all
 * failed is late, one that has not run is not.
 */
export function exceedsRpo(policy: Policy, outcome: PolicyOutcome | null, nowMs: number): boolean {
  const { rule, enabled } = policy;
  if (!enabled || rule.type !== 'REPEAT_COPY' || rule.rpoAlertSeconds === null) return false;
  if (outcome === null) return false;
  if (outcome.success === null) return true;
  const newestMs = outcome.success.datasetCreatedAtMs ?? outcome.success.endedAtMs;
  return nowMs - newestMs > rule.rpoAlertSeconds * 1_000;
}

/** Whether the policy has an alert. */
export function hasRpo({ rule }: Policy): boolean {
  return rule.type === 'REPEAT_COPY' && rule.rpoAlertSeconds !== null;
}
