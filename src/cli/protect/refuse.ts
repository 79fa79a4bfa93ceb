import { DmError } from '../../model/error.js';
import { escapePath, parseEscaped } from '../../util/escape.js';
import type { Policy, TargetView } from '../control-messages.js';
import type { Protection } from './chain.js';

/** What the agent has that a chain may collide with. */
export interface Present {
  readonly policies: readonly Policy[];
  readonly targets: readonly TargetView[];
  /** Of the account that the chain copies to. */
  readonly accountId: string;
}

/**
 * Throws `already_exists` when policies of the chain's names protect another tree, or copy it
 * elsewhere: to change them would end that without a word. Throws `in_use` when a chain would be
 * new and no dataset could be made: the tree is received here.
 */
export function refuseCollision(protection: Protection, present: Present): void {
  const { name, path } = protection;
  const named = (suffix: string) =>
    present.policies.find((policy) => policy.name === `${name}-${suffix}`);
  const made = named('make')?.creation_policy?.base_path;
  if (made !== undefined && !samePath(made, path)) throw taken(`${name}-make`, `protects ${made}`);
  const copy = named('copy')?.repeat_copy_policy?.dataset_copy_policy_base;
  if (copy) {
    const { target_account_id: account, target_base_path: to } = copy;
    if (account !== present.accountId || !samePath(to, protection.targetPath)) {
      throw taken(`${name}-copy`, `copies to ${to} at account ${account}`);
    }
  }
  if (made !== undefined) return;
  const received = present.targets.find((target) => samePath(target.path, path));
  if (received === undefined || !['idle', 'applying'].includes(received.state)) return;
  throw new DmError(
    'in_use',
    `${received.path} is received from ${received.owner}, so that no datasets are made of it here; copy on what comes with a REPEAT_COPY policy that has a recurrence, or release the tree with \`dm targets release\` first`,
  );
}

function taken(policy: string, what: string): DmError {
  return new DmError(
    'already_exists',
    `policy "${policy}" is there and ${what}; give these policies another --name, or change that one with \`dm policies modify\``,
  );
}

/** Slashes that mean nothing, and the ways in which a byte may be escaped, do not count. */
function samePath(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

function plain(path: string): string {
  return escapePath(parseEscaped(path)).split('/').filter(Boolean).join('/');
}
