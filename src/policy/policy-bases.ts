import type { DatasetId, PolicyId } from '../model/ids.js';
import type { StateDatabase } from '../state/database.js';
import { keys, ranges } from '../state/keys.js';
import { holding, releasing } from '../state/lock-releases.js';
import { plainCodec, Records } from '../state/records.js';

/** A base path at an account; the path in base64. */
export interface BasePlace {
  readonly accountId: string;
  readonly basePath: string;
}

/**
 * What the next increment of a repeated copy starts from: the dataset
 * that source and target both have.
 */
export interface PolicyBase {
  readonly policyId: PolicyId;
  readonly datasetId: DatasetId;
  /** Where it is needed; a place at which it was unlocked is missing. */
  readonly places: readonly BasePlace[];
}

/** The bases of policies, kept over restarts. */
export class PolicyBases {
  readonly #database: StateDatabase;
  readonly #records: Records<number, PolicyBase>;

  constructor(modules: { database: StateDatabase }) {
    this.#database = modules.database;
    this.#records = new Records(
      { range: ranges.policyBase, key: keys.policyBase, codec: plainCodec<PolicyBase>() },
      modules,
    );
  }

  list(): AsyncIterable<PolicyBase> {
    return this.#records.list();
  }

  /** At the accounts that the policy does not need any more its locks are to be taken away. */
  save(base: PolicyBase, nowMs: number): Promise<void> {
    const { policyId } = base;
    return this.#database.update(async () => {
      const before = accountsOf(await this.#records.get(policyId));
      const after = accountsOf(base);
      const left = [...before].filter((accountId) => !after.has(accountId));
      await this.#database.write([
        this.#records.put(policyId, base),
        ...releasing(policyId, left, nowMs),
        ...holding(policyId, after),
      ]);
    });
  }

  /** Nobody needs the dataset at that place any more; returns the policies that did. */
  async unlock(datasetId: DatasetId, place: BasePlace): Promise<PolicyId[]> {
    const unlocked: PolicyId[] = [];
    for await (const base of this.list()) {
      const places = base.places.filter(
        ({ accountId, basePath }) => accountId !== place.accountId || basePath !== place.basePath,
      );
      if (base.datasetId !== datasetId || places.length === base.places.length) continue;
      await this.#records.save(base.policyId, { ...base, places });
      unlocked.push(base.policyId);
    }
    return unlocked;
  }
}

/** Where a policy needs its base. */
export function accountsOf(base: PolicyBase | null): ReadonlySet<string> {
  return new Set((base?.places ?? []).map(({ accountId }) => accountId));
}
