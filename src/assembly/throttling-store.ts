import { isDeepStrictEqual } from 'node:util';
import {
  type BandwidthRule,
  MAX_BW_LIMIT,
  MIN_BW_LIMIT,
  parseNetmask,
  parseTimeWindow,
} from '../model/bandwidth-rule.js';
import { type CpuSettings, DEFAULT_CPU_SETTINGS } from '../model/cpu-settings.js';
import { DmError } from '../model/error.js';
import type { StateDatabase } from '../state/database.js';
import { keys, ranges } from '../state/keys.js';
import { plainCodec, Records } from '../state/records.js';

export interface ThrottlingStoreModules {
  readonly database: StateDatabase;
  /** Follows every change, which is on disk then. */
  readonly apply: (rules: readonly BandwidthRule[], cpu: CpuSettings) => void;
}

/** The bandwidth rules and CPU thresholds of this agent. */
export class ThrottlingStore {
  readonly #modules: ThrottlingStoreModules;
  readonly #records: Records<number, BandwidthRule>;
  #rules: readonly BandwidthRule[] = [];
  #cpu: CpuSettings = DEFAULT_CPU_SETTINGS;

  private constructor(modules: ThrottlingStoreModules) {
    this.#modules = modules;
    this.#records = new Records(
      { range: ranges.bandwidthRule, key: keys.bandwidthRule, codec: plainCodec<BandwidthRule>() },
      modules,
    );
  }

  /** What is stored is in effect when it resolves. */
  static async open(modules: ThrottlingStoreModules): Promise<ThrottlingStore> {
    const store = new ThrottlingStore(modules);
    await store.#load();
    return store;
  }

  /** Ascending by id. */
  get rules(): readonly BandwidthRule[] {
    return this.#rules;
  }

  get cpu(): CpuSettings {
    return this.#cpu;
  }

  /** By id, or by netmask when only one rule has it. */
  get(ref: string): BandwidthRule {
    const found = this.#rules.filter(({ id, netmask }) => String(id) === ref || netmask === ref);
    const [only, ...others] = found;
    if (only === undefined) {
      throw new DmError(
        'not_found',
        `bandwidth rule "${ref}" does not exist; see \`dm throttling bw-rules list\``,
      );
    }
    if (others.length === 0) return only;
    const ids = found.map(({ id }) => id).join(', ');
    throw new DmError('ambiguous', `several bandwidth rules are for ${ref}; give one of ${ids}`);
  }

  async create(rule: Omit<BandwidthRule, 'id'>): Promise<BandwidthRule> {
    validate(rule);
    const made = await this.#modules.database.update(async () => {
      const { database } = this.#modules;
      const same = this.#rules.find(
        ({ netmask, window }) => netmask === rule.netmask && window === rule.window,
      );
      if (same !== undefined) {
        throw new DmError(
          'already_exists',
          `bandwidth rule ${same.id} is for ${rule.netmask} already; modify that one`,
        );
      }
      const { value, write } = await database.next('bandwidth-rule');
      const complete = { ...rule, id: value };
      await database.write([write, this.#records.put(value, complete)]);
      return complete;
    });
    await this.#load();
    return made;
  }

  async modify(
    ref: string,
    change: Partial<Pick<BandwidthRule, 'bwLimit' | 'window'>>,
  ): Promise<BandwidthRule> {
    const changed = { ...this.get(ref), ...change };
    validate(changed);
    await this.#records.save(changed.id, changed);
    await this.#load();
    return changed;
  }

  async delete(ref: string): Promise<void> {
    await this.#modules.database.write([this.#records.remove(this.get(ref).id)]);
    await this.#load();
  }

  async modifyCpu(change: Partial<CpuSettings>): Promise<CpuSettings> {
    const cpu = { ...this.#cpu, ...change };
    for (const percent of Object.values(cpu)) {
      if (percent >= 1 && percent <= 100) continue;
      throw new DmError('invalid_argument', `a CPU threshold of ${percent} is not from 1 to 100`);
    }
    if (!isDeepStrictEqual(cpu, this.#cpu)) {
      await this.#modules.database.write([{ put: keys.cpuSettings, value: cpu }]);
      await this.#load();
    }
    return cpu;
  }

  async #load(): Promise<void> {
    const rules: BandwidthRule[] = [];
    for await (const rule of this.#records.list()) rules.push(rule);
    const stored = await this.#modules.database.get(keys.cpuSettings);
    this.#rules = rules;
    this.#cpu = { ...DEFAULT_CPU_SETTINGS, ...(stored as CpuSettings | undefined) };
    this.#modules.apply(this.#rules, this.#cpu);
  }
}

function validate({ netmask, bwLimit, window }: Omit<BandwidthRule, 'id'>): void {
  parseNetmask(netmask);
  parseTimeWindow(window);
  if (Number.isSafeInteger(bwLimit) && bwLimit >= MIN_BW_LIMIT && bwLimit <= MAX_BW_LIMIT) return;
  throw new DmError(
    'invalid_argument',
    `--bw-limit ${bwLimit} must be from ${MIN_BW_LIMIT} to ${MAX_BW_LIMIT} bytes a second`,
  );
}
