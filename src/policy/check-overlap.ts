import { DmError } from '../model/error.js';
import { LOOPBACK_ACCOUNT_ID } from '../model/ids.js';
import type { Policy, PolicyRule } from '../model/policy.js';
import { placePath } from './place-path.js';

/** A tree of files that a policy makes datasets of or keeps up to date. */
interface Tree {
  readonly accountId: string;
  readonly path: string;
  readonly use: 'the target' | 'the base path';
}

/** What of a policy is looked at. */
type OverlapPolicy = Pick<Policy, 'id' | 'rule' | 'enabled'>;

/**
 * Refuses a target above or below a tree that another policy keeps up to date or makes datasets of
 * at the same place, and the other way round: one of the two trees would not be what was copied.
 * Two enabled repeated copies of different trees of one account to one path are refused, too,
 * unless one of them takes trees over (`reconnect`). `others` are the policies as they will be.
 */
export function checkOverlap(
  policy: OverlapPolicy,
  others: Iterable<Policy>,
  { localAccountId }: { readonly localAccountId: string },
): void {
  const own = treeOf(policy.rule, localAccountId);
  for (const other of others) {
    if (other.id === policy.id || other.spent) continue;
    refuseSameTarget(policy, other, localAccountId);
    const its = treeOf(other.rule, localAccountId);
    if (
      own === null ||
      its === null ||
      its.accountId !== own.accountId ||
      !isInside(own.path, its.path)
    )
      continue;
    // Datasets may be made of a tree and of a part of it.
    if (own.use === 'the base path' && its.use === 'the base path') continue;
    // What is copied once is in nobody's way when it is there.
    if (policy.rule.type === 'COPY' && other.rule.type === 'COPY') continue;
    throw overlap(own, its, other);
  }
}

/** Sources at two accounts may be copies of one tree: only the run can tell. */
function refuseSameTarget(policy: OverlapPolicy, other: Policy, localAccountId: string): void {
  const { rule } = policy;
  if (rule.type !== 'REPEAT_COPY' || other.rule.type !== 'REPEAT_COPY') return;
  if (!policy.enabled || !other.enabled || rule.reconnect || other.rule.reconnect) return;
  const place = (id: string) => placeOf(id, localAccountId);
  const isOther =
    place(rule.targetAccountId) !== place(other.rule.targetAccountId) ||
    place(rule.sourceAccountId) !== place(other.rule.sourceAccountId) ||
    normal(rule.targetBasePath) !== normal(other.rule.targetBasePath) ||
    normal(rule.sourceBasePath) === normal(other.rule.sourceBasePath);
  if (isOther) return;
  throw new DmError(
    'target_forbidden',
    `${rule.targetBasePath} is the target of policy ${other.id} (${other.name}), which copies ${other.rule.sourceBasePath} there; choose another path, disable that policy, or give --repeat-copy-reconnect if both are copies of one tree`,
  );
}

/** The loopback account is another way to the local place. */
function placeOf(accountId: string, localAccountId: string): string {
  return accountId === LOOPBACK_ACCOUNT_ID ? localAccountId : accountId;
}

function treeOf(rule: PolicyRule, localAccountId: string): Tree | null {
  const place = (id: string) => placeOf(id, localAccountId);
  if (rule.type === 'CREATION') {
    const path = normal(rule.basePath);
    return { accountId: place(rule.accountId), path, use: 'the base path' };
  }
  if (rule.type === 'EXPIRATION' || rule.targetDatasetType !== 'FILE') return null;
  const path = normal(rule.targetBasePath);
  return { accountId: place(rule.targetAccountId), path, use: 'the target' };
}

function normal(path: string): string {
  return `${placePath(path).toString('latin1')}/`;
}

/** One is strictly inside the other, whichever. */
function isInside(one: string, other: string): boolean {
  return one !== other && (one.startsWith(other) || other.startsWith(one));
}

function overlap(own: Tree, its: Tree, other: Policy): DmError {
  const [ours, theirs] = [own.path, its.path].map((path) =>
    Buffer.from(path.slice(0, -1), 'latin1').toString(),
  );
  return new DmError(
    'target_forbidden',
    `${own.use} ${ours} and ${theirs}, ${its.use} of policy ${other.id} (${other.name}), lie inside each other; choose a path beside it`,
  );
}
