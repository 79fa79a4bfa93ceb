import type { Policy } from './policy.js';

/** Account and path where a policy makes datasets or copies them to; an expiration has no path. */
export interface PolicyPlace {
  readonly accountId: string;
  readonly path: string;
}

export function placeOf({ rule }: Pick<Policy, 'rule'>): PolicyPlace {
  if (rule.type === 'EXPIRATION') return { accountId: rule.accountId, path: '' };
  return rule.type === 'CREATION'
    ? { accountId: rule.accountId, path: rule.basePath }
    : { accountId: rule.targetAccountId, path: rule.targetBasePath };
}
