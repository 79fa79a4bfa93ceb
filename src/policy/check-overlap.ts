import { DmError } from '../model/error.js';
import type { PolicyId } from '../model/ids.js';
import type { PolicyRule } from '../model/policy.js';
import type { PolicyStore } from './policy-store.js';

/**
 * Refuses a target above or below the target of another REPEAT_COPY at the same account: one of the two trees would
 * not be what was copied. The same target is for the run to decide on: a tree may be taken over. `id` is null for
 * a new policy.
 */
export async function checkOverlap(
  policy: { readonly id: PolicyId | null; readonly rule: PolicyRule },
  store: PolicyStore,
): Promise<void> {
  const { rule } = policy;
  if (rule.type !== 'REPEAT_COPY' || rule.targetDatasetType !== 'FILE') return;
  for await (const other of store.list()) {
    if (other.id === policy.id || other.rule.type !== 'REPEAT_COPY') continue;
    if (other.rule.targetAccountId !== rule.targetAccountId) continue;
    if (!isInside(rule.targetBasePath, other.rule.targetBasePath)) continue;
    throw new DmError(
      'target_forbidden',
      `target ${rule.targetBasePath} and ${other.rule.targetBasePath}, the target of policy ${other.id} (${other.name}), lie inside each other; choose a target beside it`,
    );
  }
}

/** One is strictly inside the other, whichever. */
function isInside(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => `${path.replace(/\/+$/, '')}/`) as [string, string];
  return a !== b && (a.startsWith(b) || b.startsWith(a));
}
