import type { AccountLimit } from '../job/job-slots.js';
import type { Policy } from '../model/policy.js';
import type { AccountStore } from './account-store.js';

/**
 * How many jobs at once the accounts of a policy's places, and of who does its work, allow, infinite without a limit;
 * object accounts count their requests instead.
 */
export async function accountLimits(
  policy: Policy | null,
  accounts: AccountStore,
): Promise<AccountLimit[]> {
  const limits: AccountLimit[] = [];
  for (const accountId of new Set(policy === null ? [] : accountsOf(policy))) {
    if (accounts.isBuiltIn(accountId) || !(await accounts.exists(accountId))) continue;
    const account = await accounts.get(accountId);
    if (account.type !== 'DM') continue;
    limits.push({ accountId, jobs: account.maxTasks || Number.POSITIVE_INFINITY });
  }
  return limits;
}

function accountsOf({ rule }: Policy): readonly string[] {
  if ('accountId' in rule) return [rule.accountId];
  const { sourceAccountId, targetAccountId, newTasksAccountId } = rule;
  const own = [sourceAccountId, targetAccountId];
  return newTasksAccountId === null ? own : [...own, newTasksAccountId];
}
