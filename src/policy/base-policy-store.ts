import type { BasePolicy } from '../model/base-policy.js';
import { DmError } from '../model/error.js';
import { type BasePolicyId, parseBasePolicyId } from '../model/ids.js';
import type { StateDatabase } from '../state/database.js';
import { keys, ranges } from '../state/keys.js';
import { plainCodec, Records } from '../state/records.js';

/** Base policies in the state database; names are unique among them. */
export class BasePolicyStore {
  readonly #database: StateDatabase;
  readonly records: Records<number, BasePolicy>;

  constructor(modules: { database: StateDatabase }) {
    this.#database = modules.database;
    this.records = new Records(
      { range: ranges.basePolicy, key: keys.basePolicy, codec: plainCodec<BasePolicy>() },
      modules,
    );
  }

  /** By id (digits) or name; `not_found` otherwise. */
  async get(ref: string): Promise<BasePolicy> {
    const found = /^[0-9]+$/.test(ref)
      ? await this.records.get(parseBasePolicyId(ref))
      : await this.#byName(ref);
    if (found !== null) return found;
    throw new DmError(
      'not_found',
      `base policy "${ref}" does not exist; see \`dm base-policies list\``,
    );
  }

  list(): AsyncIterable<BasePolicy> {
    return this.records.list();
  }

  create(make: (id: BasePolicyId) => BasePolicy): Promise<BasePolicy> {
    return this.#database.update(async () => {
      const { value, write } = await this.#database.next('base-policy');
      const base = make(parseBasePolicyId(value));
      await this.refuseTakenName(base);
      await this.#database.write([write, this.records.put(base.id, base)]);
      return base;
    });
  }

  async refuseTakenName({ id, name }: BasePolicy): Promise<void> {
    const other = await this.#byName(name);
    if (other === null || other.id === id) return;
    throw new DmError(
      'already_exists',
      `base policy "${name}" exists already (id ${other.id}); choose another name`,
    );
  }

  async #byName(name: string): Promise<BasePolicy | null> {
    for await (const base of this.records.list()) if (base.name === name) return base;
    return null;
  }
}
