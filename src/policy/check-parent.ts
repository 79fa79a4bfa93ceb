import { DmError } from '../model/error.js';
import type { PolicyId } from '../model/ids.js';
import type { PolicyStore } from './policy-store.js';

/**
 * Refuses a parent that does not exist, and chains that come back to where
 * they began. `id` is null for a new policy.
 */
export async function checkParent(
  policy: { readonly id: PolicyId | null; readonly parentId: PolicyId | null },
  store: PolicyStore,
): Promise<void> {
  const chain: string[] = policy.id === null ? [] : [String(policy.id)];
  let { parentId } = policy;
  while (parentId !== null) {
    chain.push(String(parentId));
    if (parentId === policy.id) {
      throw new DmError(
        'invalid_argument',
        `policy ${policy.id} would wait for itself (${chain.join(' after ')}); give another --parent-exec-policy-id`,
      );
    }
    const parent = await store.records.get(parentId);
    if (parent === null) {
      throw new DmError(
        'not_found',
        `parent policy ${parentId} does not exist; see \`dm policies list\``,
      );
    }
    parentId = parent.parentId;
  }
}
