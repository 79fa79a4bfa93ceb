import { DmError } from '../model/error.js';
import type { Policy } from '../model/policy.js';

/**
 * Throws `policy_disabled` or `policy_spent` when the policy may not run, with what to do about it.
 */
export function refuseRun(policy: Policy): void {
  if (!policy.enabled) {
    const { own, basePolicyId } = policy;
    if (own?.enabled && !policy.disabledByDm) {
      throw new DmError(
        'policy_disabled',
        `policy ${policy.id} (${policy.name}) is disabled by its base policy; enable that with \`dm base-policies modify ${basePolicyId} --enabled=true\``,
      );
    }
    const why = policy.disabledByDm ? ' since a job of it was cancelled' : '';
    throw new DmError(
      'policy_disabled',
      `policy ${policy.id} (${policy.name}) is disabled${why}; enable it with \`dm policies modify ${policy.id} --enabled=true\``,
    );
  }
  if (policy.spent) {
    throw new DmError(
      'policy_spent',
      `policy ${policy.id} (${policy.name}) is a COPY that has run, and a COPY runs once; to copy again create another COPY, or give this one another dataset or target with \`dm policies modify ${policy.id}\``,
    );
  }
}
