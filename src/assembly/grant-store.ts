import { DmError } from '../model/error.js';
import type { Grant } from '../model/grant.js';
import type { StateDatabase } from '../state/database.js';
import { keys, ranges } from '../state/keys.js';
import { plainCodec, Records } from '../state/records.js';

/**
 * The grants of this agent, and whether there ever was one. Reads are from memory; every change is
 * on disk before it takes effect, and is then told to the listeners.
 */
export class GrantStore {
  readonly #database: StateDatabase;
  readonly #records: Records<number, Grant>;
  readonly #listeners = new Set<() => void>();
  #grants: readonly Grant[] = [];
  #grantsOnly = false;

  private constructor(modules: { database: StateDatabase }) {
    this.#database = modules.database;
    this.#records = new Records(
      { range: ranges.grant, key: keys.grant, codec: plainCodec<Grant>() },
      modules,
    );
  }

  static async open(modules: { database: StateDatabase }): Promise<GrantStore> {
    const store = new GrantStore(modules);
    await store.#load();
    return store;
  }

  /** Ascending by id. */
  get grants(): readonly Grant[] {
    return this.#grants;
  }

  /** True from the first grant on, until `reset`: who has no grant has no right. */
  get grantsOnly(): boolean {
    return this.#grantsOnly;
  }

  /** Calls `listener` after each change; returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The same grant made twice is one. Returns its id. */
  async create(grant: Omit<Grant, 'id'>): Promise<number> {
    const id = await this.#database.update(async () => {
      const known = this.#grants.find((other) => sameGrant(other, grant));
      if (known) return known.id;
      const { value, write } = await this.#database.next('grant');
      await this.#database.write([
        write,
        this.#records.put(value, { ...grant, id: value }),
        { put: keys.grantsOnly, value: true },
      ]);
      await this.#load();
      return value;
    });
    this.#told();
    return id;
  }

  async delete(ref: string): Promise<void> {
    await this.#database.update(async () => {
      const grant = this.#grants.find(({ id }) => String(id) === ref);
      if (!grant) {
        throw new DmError('not_found', `grant "${ref}" does not exist; see \`dm grants list\``);
      }
      await this.#database.write([this.#records.remove(grant.id)]);
      await this.#load();
    });
    this.#told();
  }

  /** Gives every peer what `--peer-access` says again. `in_use` while there are grants. */
  async reset(): Promise<void> {
    await this.#database.update(async () => {
      const { length } = this.#grants;
      if (length > 0) {
        throw new DmError(
          'in_use',
          `${length} grants exist, and with them nobody else has rights; delete them first (\`dm grants list\`)`,
        );
      }
      await this.#database.write([{ delete: keys.grantsOnly }]);
      await this.#load();
    });
    this.#told();
  }

  #told(): void {
    for (const listener of this.#listeners) listener();
  }

  async #load(): Promise<void> {
    const grants: Grant[] = [];
    for await (const grant of this.#records.list()) grants.push(grant);
    this.#grantsOnly = (await this.#database.get(keys.grantsOnly)) === true;
    this.#grants = grants;
  }
}

function sameGrant(grant: Grant, other: Omit<Grant, 'id'>): boolean {
  const plain = ({ identity, root, allow }: Omit<Grant, 'id'>) =>
    JSON.stringify([Object.entries(identity).sort(), root, [...allow].sort()]);
  return plain(grant) === plain(other);
}
