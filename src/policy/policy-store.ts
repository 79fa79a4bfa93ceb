import { DmError } from '../model/error.js';
import { type PolicyId, parsePolicyId } from '../model/ids.js';
import { PLAIN_COPY, type Policy, type PolicyRule } from '../model/policy.js';
import { NO_SCHEDULE } from '../model/schedule.js';
import type { StateDatabase, StateWrite } from '../state/database.js';
import { keys, ranges } from '../state/keys.js';
import { releasing } from '../state/lock-releases.js';
import { type RecordCodec, Records } from '../state/records.js';
import { accountsOf, type PolicyBase } from './policy-bases.js';

/**
 * Policies are plain JSON; those of older releases have no schedule, no base policy,
 * do their work here, and restore nothing.
 */
const codec: RecordCodec<Policy> = {
  encode: (policy) => policy,
  decode: (stored) => {
    const policy = stored as Policy;
    const { rule } = policy;
    return {
      ...{
        schedule: NO_SCHEDULE,
        parentId: null,
        nextRunAtMs: null,
        dueAfterJob: null,
        runAgain: null,
      },
      ...{ basePolicyId: null, own: null },
      ...policy,
      rule: wholeRule(rule),
    };
  },
};

function wholeRule(rule: PolicyRule): PolicyRule {
  switch (rule.type) {
    case 'COPY':
      return { ...{ restore: PLAIN_COPY, newTasksAccountId: null }, ...rule };
    case 'REPEAT_COPY':
      return { ...{ newTasksAccountId: null }, ...rule };
    default:
      return rule;
  }
}

/** Policies in the state database; names are unique. */
export class PolicyStore {
  readonly #database: StateDatabase;
  readonly records: Records<number, Policy>;

  constructor(modules: { database: StateDatabase }) {
    this.#database = modules.database;
    this.records = new Records({ range: ranges.policy, key: keys.policy, codec }, modules);
  }

  /** By id (digits) or name; `not_found` otherwise. */
  async get(ref: string): Promise<Policy> {
    const policy = /^[0-9]+$/.test(ref)
      ? await this.records.get(parsePolicyId(ref))
      : await this.#byName(ref);
    if (!policy)
      throw new DmError('not_found', `policy "${ref}" does not exist; see \`dm policies list\``);
    return policy;
  }

  list(): AsyncIterable<Policy> {
    return this.records.list();
  }

  /** All of them, with those of `changed` as they are there. */
  async listWith(changed: readonly Policy[]): Promise<Policy[]> {
    const byId = new Map(changed.map((policy) => [policy.id, policy]));
    const found: Policy[] = [];
    for await (const policy of this.records.list()) found.push(byId.get(policy.id) ?? policy);
    return found;
  }

  create(make: (id: PolicyId) => Promise<Policy>): Promise<Policy> {
    return this.#database.update(async () => {
      const { value, write } = await this.#database.next('policy');
      const policy = await make(parsePolicyId(value));
      await this.#refuseTakenName(policy);
      await this.#database.write([write, this.records.put(policy.id, policy)]);
      return policy;
    });
  }

  /** Replaces a policy by what `change` makes of its present form. */
  modify(id: PolicyId, change: (policy: Policy) => Policy | Promise<Policy>): Promise<Policy> {
    return this.#database.update(async () => {
      const before = await this.get(String(id));
      const policy = await change(before);
      if (policy.name !== before.name) await this.#refuseTakenName(policy);
      await this.records.save(id, policy);
      return policy;
    });
  }

  /** Plans every policy anew in one step; those that are due when they were are not written. */
  replan(planOf: (policy: Policy) => Pick<Policy, 'nextRunAtMs' | 'dueAfterJob'>): Promise<void> {
    return this.#database.update(async () => {
      const writes: StateWrite[] = [];
      for await (const policy of this.records.list()) {
        const plan = planOf(policy);
        if (plan.nextRunAtMs === policy.nextRunAtMs) continue;
        writes.push(this.records.put(policy.id, { ...policy, ...plan }));
      }
      if (writes.length > 0) await this.#database.write(writes);
    });
  }

  /** What it had locked here is free then; other places are to be told. */
  delete(id: PolicyId, nowMs: number): Promise<void> {
    return this.#database.update(async () => {
      const base = (await this.#database.get(keys.policyBase(id))) as PolicyBase | undefined;
      await this.#database.write([
        this.records.remove(id),
        { delete: keys.policyBase(id) },
        ...releasing(id, accountsOf(base ?? null), nowMs),
      ]);
    });
  }

  async #byName(name: string): Promise<Policy | null> {
    for await (const policy of this.records.list()) {
      if (policy.name === name) return policy;
    }
    return null;
  }

  async #refuseTakenName(policy: Policy): Promise<void> {
    const other = await this.#byName(policy.name);
    if (other && other.id !== policy.id) {
      throw new DmError(
        'already_exists',
        `policy "${policy.name}" exists already (id ${other.id}); choose another name`,
      );
    }
  }
}
