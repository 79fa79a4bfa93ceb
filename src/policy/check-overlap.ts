import { DmError } from '../model/error.js';
import { LOOPBACK_ACCOUNT_ID, type PolicyId } from '../model/ids.js';
import type { Policy, PolicyRule } from '../model/policy.js';
import { placePath } from './place-path.js';
import type { PolicyStore } from './policy-store.js';

/** A tree of files that a policy makes datasets of or keeps up to date. */
interface Tree {
  readonly accountId: string;
  readonly path: string;
  readonly use: 'the target' | 'the base path';
}

/**
 * Refuses a target above or below a tree that another policy keeps up to date or makes datasets of at the same place,
 * and the other way round: one of the two trees would not be what was copied. The same path is for the run to decide on:
 * a tree may be taken over. `id` is null for a new policy.
 */
export async function checkOverlap(
  policy: { readonly id: PolicyId | null; readonly rule: PolicyRule },
  store: PolicyStore,
  { localAccountId }: { readonly localAccountId: string },
): Promise<void> {
  const own = treeOf(policy.rule, localAccountId);
  if (own === null) return;
  for await (const other of store.list()) {
    if (other.id === policy.id || other.spent) continue;
    const its = treeOf(other.rule, localAccountId);
    if (its === null || its.accountId !== own.accountId || !isInside(own.path, its.path)) continue;
    // Datasets may be made of a tree and of a part of it.
    if (own.use === 'the base path' && its.use === 'the base path') continue;
    // What is copied once is in nobody's way when it is there.
    if (policy.rule.type === 'COPY' && other.rule.type === 'COPY') continue;
    throw overlap(own, its, other);
  }
}

function treeOf(rule: PolicyRule, localAccountId: string): Tree | null {
  const place = (id: string) => (id === LOOPBACK_ACCOUNT_ID ? localAccountId : id);
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
