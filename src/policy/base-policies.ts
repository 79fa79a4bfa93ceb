import type { BasePolicy } from '../model/base-policy.js';
import { asDmError, DmError } from '../model/error.js';
import type { BasePolicyId } from '../model/ids.js';
import type { Policy } from '../model/policy.js';
import type { StateDatabase } from '../state/database.js';
import type { Clock } from '../util/clock.js';
import { asWritten, withBase } from './apply-base.js';
import type { BasePolicyStore } from './base-policy-store.js';
import { checkOverlap } from './check-overlap.js';
import type { PlannedRuns } from './planned-runs.js';
import type { PolicyStore } from './policy-store.js';
import { validateBasePolicy } from './validate-base-policy.js';
import { type PolicyWorld, validatePolicy } from './validate-policy.js';

export interface BasePoliciesModules {
  readonly store: BasePolicyStore;
  readonly policies: PolicyStore;
  readonly database: StateDatabase;
  readonly world: PolicyWorld;
  readonly planned: PlannedRuns;
  readonly clock: Clock;
  /** Called when policies may have become due, or due at another time. */
  readonly changed: () => void;
}

/**
 * Templates of policies: what is changed in one is changed in every policy
 * that names it, from its next run on.
 */
export class BasePolicies {
  readonly #modules: BasePoliciesModules;

  constructor(modules: BasePoliciesModules) {
    this.#modules = modules;
  }

  get(ref: string): Promise<BasePolicy> {
    return this.#modules.store.get(ref);
  }

  list(): AsyncIterable<BasePolicy> {
    return this.#modules.store.list();
  }

  async create(base: Omit<BasePolicy, 'id'>): Promise<BasePolicy> {
    const make = (id: BasePolicyId): BasePolicy => ({ ...base, id });
    await this.#validate(make(1 as BasePolicyId));
    return this.#modules.store.create(make);
  }

  /** Refused when one of the policies that name it would not be valid any more. */
  async modify(ref: string, change: (base: BasePolicy) => BasePolicy): Promise<BasePolicy> {
    const { store, policies, database, world, planned, clock, changed } = this.#modules;
    const before = await store.get(ref);
    const after = change(before);
    await this.#validate(after);
    for (const child of await this.#children(before.id)) {
      const next = withBase(asWritten(child), after);
      await forChild(next, () => validatePolicy(next, world));
    }
    const modified = await database.update(async () => {
      const base = change(await store.get(String(before.id)));
      await store.refuseTakenName(base);
      const children = await this.#children(base.id);
      const after = children.map((child) => withBase(asWritten(child), base));
      const all = await policies.listWith(after);
      for (const next of after) await forChild(next, () => checkOverlap(next, all, world));
      const writes = [store.records.put(base.id, base)];
      for (const [at, next] of after.entries()) {
        const plan = planned.afterChange(children[at] ?? next, next, clock.now());
        writes.push(policies.records.put(next.id, { ...next, ...plan }));
      }
      await database.write(writes);
      return base;
    });
    changed();
    return modified;
  }

  async delete(ref: string): Promise<void> {
    const { store, database } = this.#modules;
    await database.update(async () => {
      const { id, name } = await store.get(ref);
      const [child, ...more] = await this.#children(id);
      if (child !== undefined) {
        const others = more.length === 0 ? '' : ` and ${more.length} more`;
        throw new DmError(
          'in_use',
          `base policy ${id} (${name}) is the base of policy ${child.id} (${child.name})${others}; take their --base-policy-id away, or delete them first`,
        );
      }
      await database.write([store.records.remove(id)]);
    });
  }

  async #children(id: BasePolicyId): Promise<Policy[]> {
    const found: Policy[] = [];
    for await (const policy of this.#modules.policies.list()) {
      if (policy.basePolicyId === id) found.push(policy);
    }
    return found;
  }

  async #validate(base: BasePolicy): Promise<void> {
    const { world, planned, clock } = this.#modules;
    await validateBasePolicy(base, world);
    planned.first({ schedule: base.schedule, parentId: null }, clock.now());
  }
}

/** What is found wrong is said of the policy that it would become wrong of. */
async function forChild({ id, name }: Policy, check: () => void | Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    const { code, message } = asDmError(error, `policy ${id}`);
    throw new DmError(code, `with this change policy ${id} (${name}) could not run: ${message}`, {
      cause: error,
    });
  }
}
