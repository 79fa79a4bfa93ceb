import type { Places } from '../engine/places.js';
import type { JobExecutor } from '../job/executor.js';
import { DmError } from '../model/error.js';
import { placeOf } from '../model/policy-place.js';
import { type CopyRunModules, runCopy, runRepeatCopy } from './copy-run.js';
import { type CreationRunModules, runCreation } from './creation-run.js';
import { runExpiration } from './expiration-run.js';
import type { PolicyStore } from './policy-store.js';

export interface PolicyExecutorModules extends CopyRunModules, CreationRunModules {
  readonly places: Places;
  readonly store: PolicyStore;
  /** Makes request ids of this agent unlike those of any other. */
  readonly requestPrefix: string;
}

/** What a job of each policy type does. */
export function policyExecutor(modules: PolicyExecutorModules): JobExecutor {
  return async (context, signal) => {
    const policy = await modules.store.records.get(context.job.policyId);
    if (!policy) {
      throw new DmError(
        'not_found',
        `policy ${context.job.policyId} of job ${context.job.id} is gone; create it again`,
      );
    }
    context.report({ place: placeOf(policy) });
    switch (policy.rule.type) {
      case 'CREATION':
        return runCreation(policy, policy.rule, context, modules, signal);
      case 'COPY':
        return runCopy(policy, policy.rule, context, modules, signal);
      case 'REPEAT_COPY':
        return runRepeatCopy(policy, policy.rule, context, modules, signal);
      case 'EXPIRATION':
        return runExpiration(policy.rule, context, modules, signal);
    }
  };
}
