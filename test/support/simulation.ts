import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DelayingProxy } from './delaying-proxy.js';
import { dmJson } from './e2e-dm.js';
import { creation, repeatCopy } from './e2e-policies.js';
import type { Random } from './e2e-random.js';
import { noise } from './e2e-trees.js';
import { type KeepingRule, PlaceModel } from './retention-model.js';
import { AGENTS, type AgentName, SimulatedAgents } from './simulated-agents.js';
import { differences } from './walker.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const MIB = 1_048_576;
const FILES = 30;
/** Days after which no place may grow any more. */
const SETTLED_DAYS = 6;
const NEVER = new AbortController().signal;

const PLACES = [...AGENTS, 'store'] as const;
type PlaceName = (typeof PLACES)[number];

/** Retention of each place: periods and reserves of which now this, now that decides. */
const RULES: Readonly<Record<PlaceName, KeepingRule>> = {
  a: { periodMs: 6 * HOUR_MS, reserve: 3 },
  b: { periodMs: 12 * HOUR_MS, reserve: 4 },
  c: { periodMs: 36 * HOUR_MS, reserve: 10 },
  d: { periodMs: 0, reserve: 2 },
  store: { periodMs: 10 * HOUR_MS, reserve: 5 },
};
/** What a repeated copy needs at its source: the dataset that its target stands at. */
const LINKS: readonly (readonly [from: PlaceName, to: PlaceName])[] = [
  ['a', 'b'],
  ['a', 'd'],
  ['a', 'store'],
  ['b', 'c'],
];

interface Seen {
  readonly number: number;
  readonly id: string;
  readonly committedMs: number;
  readonly lockedBy: readonly string[];
}

export interface DayReport {
  readonly kills: number;
  readonly outages: number;
  readonly datasets: Readonly<Record<PlaceName, number>>;
  readonly mib: Readonly<Record<PlaceName, number>>;
}

/**
 * Hourly datasets on a, copied to b and on to c, to d and to an object account, and
 * expired everywhere, by real agents on real trees; time and the network are made
 * here. Processes are killed and links cut as they come. What a place has is
 * compared with a model that knows the rules only.
 */
export class Simulation implements AsyncDisposable {
  readonly #agents: SimulatedAgents;
  readonly #random: Random;
  readonly #links = new Map<string, DelayingProxy>();
  readonly #models = new Map(PLACES.map((place) => [place, new PlaceModel(RULES[place])]));
  readonly #cut = new Map<string, number>();
  /** What each target stood at when its source last had nothing to do and could reach it. */
  readonly #known = new Map<string, string>();
  readonly #most = new Map<PlaceName, number>();
  #day = 0;
  #kills = 0;
  #outages = 0;

  private constructor(agents: SimulatedAgents, random: Random) {
    this.#agents = agents;
    this.#random = random;
  }

  /** The data roots are below `data`. */
  static async open(random: Random, data: string): Promise<Simulation> {
    const simulation = new Simulation(await SimulatedAgents.open(data), random);
    await simulation.#setUp();
    return simulation;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agents[Symbol.asyncDispose]();
    for (const link of this.#links.values()) await link[Symbol.asyncDispose]();
  }

  /**
   * Some hours, and at their end everything mended, expired and compared.
   * Throws what is not as it must be.
   */
  async day(hours: number): Promise<DayReport> {
    this.#kills = 0;
    this.#outages = 0;
    for (let hour = 0; hour < hours; hour++) await this.#oneHour();
    this.#day++;
    await this.#mend();
    await this.#catchUp();
    await this.#expireEverywhere();
    await this.#prune();
    const found = await this.#compare();
    await this.#verify(found);
    const mib = this.#requireBounds();
    const datasets = Object.fromEntries([...found].map(([place, seen]) => [place, seen.length]));
    return {
      ...{ kills: this.#kills, outages: this.#outages, mib },
      datasets: datasets as DayReport['datasets'],
    };
  }

  async #setUp(): Promise<void> {
    const link = async (from: AgentName, to: AgentName) => {
      const port = Number(this.#agents.agent(to).listen.split(':')[1]);
      const proxy = await DelayingProxy.open({ port });
      this.#links.set(`${from}${to}`, proxy);
      const words = ['accounts', 'create', 'DM', `--name=${to}`, `--uri=dm://${proxy.address}`];
      await dmJson(this.#agents.agent(from), ...words);
    };
    for (const [from, to] of LINKS)
      if (to !== 'store') await link(from as AgentName, to as AgentName);
    const store = this.#store;
    mkdirSync(store);
    mkdirSync(this.#tree('a'));
    const a = this.#agents.agent('a');
    await dmJson(a, 'accounts', 'create', 'DIRECTORY', '--name=store', `--uri=file://${store}`);
    this.#edit(FILES);
    const add = this.#agents.addPolicy.bind(this.#agents);
    const retention = (prefix: string, place: PlaceName) => ({
      [`${prefix}-dataset-retention-period`]: RULES[place].periodMs / 1_000,
      [`${prefix}-dataset-reserve`]: RULES[place].reserve,
    });
    const copy = (to: PlaceName, from: AgentName) => ({
      ...repeatCopy(
        { account: 'local', path: this.#tree(from) },
        { account: to, path: to === 'store' ? '/tree' : this.#tree(to) },
      ),
      ...(to === 'store' && { 'repeat-copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP' }),
      ...retention('repeat-copy-base', to),
    });
    const make = await add('a', 'make', 'CREATION', {
      ...creation('local', this.#tree('a')),
      ...retention('creation', 'a'),
      recurrence: '0 * * * *',
    });
    for (const to of ['b', 'd', 'store'] as const) {
      await add('a', `copy-${to}`, 'REPEAT_COPY', {
        ...copy(to, 'a'),
        'parent-exec-policy-id': make,
      });
    }
    await add('b', 'copy-c', 'REPEAT_COPY', { ...copy('c', 'b'), recurrence: '20 * * * *' });
    for (const on of AGENTS) {
      const flags = { 'expiration-account-id': 'local', recurrence: '40 * * * *' };
      await add(on, `expire-${on}`, 'EXPIRATION', flags);
    }
    const flags = { 'expiration-account-id': 'store', recurrence: '40 * * * *' };
    await add('a', 'expire-store', 'EXPIRATION', flags);
  }

  async #oneHour(): Promise<void> {
    this.#agents.hour++;
    const startMs = this.#agents.nowMs - (this.#agents.nowMs % HOUR_MS) + HOUR_MS;
    await this.#returnDue();
    this.#edit(1 + this.#random.below(4));
    const trouble = this.#trouble();
    for (const minute of [0, 20, 40]) {
      await this.#agents.setTime(startMs + minute * MINUTE_MS);
      if (minute === trouble?.minute) await trouble.strike();
      await this.#agents.settle();
    }
    for (const [place, seen] of await this.#look()) {
      this.#requireKept(place, seen);
      this.#requireBases(place, seen);
    }
    await this.#learnBases();
  }

  /** What goes wrong in this hour, if anything does, at which minute of it. */
  #trouble(): { readonly minute: number; readonly strike: () => Promise<void> } | null {
    const random = this.#random;
    const minute = random.pick([0, 0, 20, 40]);
    const kind = random.below(20);
    if (kind === 0)
      return { minute, strike: () => this.#strike(random.pick(AGENTS), 'SIGKILL', 0) };
    if (kind === 1) {
      const hours = 1 + random.below(40);
      return { minute, strike: () => this.#strike(random.pick(AGENTS), 'SIGKILL', hours) };
    }
    if (kind === 2)
      return { minute, strike: () => this.#strike(random.pick(AGENTS), 'SIGTERM', 0) };
    if (kind !== 3) return null;
    const strike = async () => {
      await delay(random.below(150));
      this.#outages++;
      const [name, link] = random.pick([...this.#links]);
      link.isDown = true;
      link.cut();
      this.#cut.set(name, this.#agents.hour + 1 + random.below(40));
    };
    return { minute, strike };
  }

  /** At a random moment of what runs now; it comes back at once, or some hours later. */
  async #strike(name: AgentName, signal: NodeJS.Signals, hours: number): Promise<void> {
    if (this.#agents.down.has(name)) return;
    // A random moment is what is wanted: no condition tells when it has come.
    await delay(this.#random.below(250));
    this.#kills++;
    await this.#agents.kill(name, signal, hours);
  }

  async #returnDue(): Promise<void> {
    await this.#agents.returnDue();
    for (const [name, hour] of this.#cut) {
      if (hour > this.#agents.hour) continue;
      this.#cut.delete(name);
      const link = this.#links.get(name);
      if (link !== undefined) link.isDown = false;
    }
  }

  async #mend(): Promise<void> {
    for (const name of this.#agents.down.keys()) this.#agents.down.set(name, 0);
    for (const name of this.#cut.keys()) this.#cut.set(name, 0);
    await this.#returnDue();
    await this.#agents.setTime(this.#agents.nowMs + MINUTE_MS);
  }

  /** Copies what is new to everywhere, jobs that wait for another attempt first. */
  async #catchUp(): Promise<void> {
    for (const name of AGENTS) await this.#agents.hurry(name);
    await this.#agents.settle();
    for (const to of ['b', 'd', 'store']) await this.#agents.run('a', `copy-${to}`);
    await this.#agents.run('b', 'copy-c');
    for (const to of ['b', 'c', 'd'] as const) {
      const found = differences(this.#tree('a'), this.#tree(to));
      // The tree of a has been edited for nothing since its last dataset only if that was not made.
      if (found.length > 0)
        throw new Error(`day ${this.#day}: ${to} differs:\n${found.join('\n')}`);
    }
  }

  async #expireEverywhere(): Promise<void> {
    for (const name of AGENTS) await this.#agents.run(name, `expire-${name}`);
    await this.#agents.run('a', 'expire-store');
  }

  /**
   * Frees what the object account keeps for nothing, as a timer does that runs once a day: each time
   * deletes what the last one has listed. Nothing is on its way to the account now.
   */
  async #prune(): Promise<void> {
    const when = ['--grace=1s', '--leftover-age=1s', '--wait=false'];
    await dmJson(this.#agents.agent('a'), 'object', 'prune', '--account-id=store', ...when);
  }

  /** Nothing that is needed has gone, nothing that has expired is left. */
  async #compare(): Promise<ReadonlyMap<PlaceName, readonly Seen[]>> {
    const found = await this.#look();
    for (const [place, seen] of found) {
      this.#requireKept(place, seen);
      const wanted = this.#needed(place);
      const present = new Set(seen.map(({ id }) => id));
      if ([...wanted].some((id) => !present.has(id))) {
        throw new Error(`day ${this.#day}: ${place} has lost what a copy goes on from`);
      }
      const extra = seen.filter(({ id }) => !wanted.has(id));
      if (extra.length === 0) continue;
      const told = extra.map(({ number, lockedBy }) => `${number} (${lockedBy.join(', ')})`);
      throw new Error(`day ${this.#day}: ${place} still has ${told.join(', ')}`);
    }
    return found;
  }

  #requireKept(place: PlaceName, seen: readonly Seen[]): void {
    const present = new Set(seen.map(({ id }) => id));
    const missing = [...this.#model(place).must(this.#agents.nowMs)].filter(
      (id) => !present.has(id),
    );
    if (missing.length === 0) return;
    throw new Error(`hour ${this.#agents.hour}: ${place} has lost ${missing.join(', ')}`);
  }

  /** Of what a target has had since its source last knew, the source still has what it knows of. */
  #requireBases(place: PlaceName, seen: readonly Seen[]): void {
    const present = new Set(seen.map(({ id }) => id));
    for (const [from, to] of LINKS) {
      const known = this.#known.get(from + to);
      if (from !== place || known === undefined) continue;
      // What came to it before it went down, in the same hour, was never seen; its
      // source may know of it and go on from there.
      if (this.#agents.down.has(to as AgentName)) continue;
      if (
        this.#model(to)
          .since(known)
          .some((id) => present.has(id))
      )
        continue;
      throw new Error(`hour ${this.#agents.hour}: ${from} has lost what ${to} goes on from`);
    }
  }

  /** A commit whose end is lost on the way is not known to the source. */
  async #learnBases(): Promise<void> {
    for (const [from, to] of LINKS) {
      const newest = this.#model(to).newest;
      const ends = [from, to].filter((end): end is AgentName => end !== 'store');
      const isWhole = !this.#cut.has(from + to) && ends.every((end) => !this.#agents.down.has(end));
      if (newest === null || !isWhole) continue;
      const jobs = await this.#agents.openJobs(from as AgentName);
      if (jobs.length === 0) this.#known.set(from + to, newest);
    }
  }

  /** By retention, and what the copies from here go on from. */
  #needed(place: PlaceName): ReadonlySet<string> {
    const needed = this.#model(place).must(this.#agents.nowMs);
    for (const [from, to] of LINKS) {
      const base = this.#model(to).newest;
      if (from === place && base !== null) needed.add(base);
    }
    return needed;
  }

  /** Every dataset of the places that answer, which the models take note of. */
  async #look(): Promise<ReadonlyMap<PlaceName, readonly Seen[]>> {
    const found = new Map<PlaceName, readonly Seen[]>();
    for (const place of [...PLACES].reverse()) {
      const on = place === 'store' ? 'a' : place;
      if (this.#agents.down.has(on)) continue;
      const account = place === 'store' ? 'store' : 'local';
      const seen = await this.#agents.call(on, async (call) => {
        const listed: Seen[] = [];
        for await (const view of call.listDatasets({ account, base_path: '' }, NEVER)) {
          listed.push({
            number: Number(view.id),
            id: view.dataset_global_id ?? '',
            committedMs: Date.parse(view.committed_at ?? ''),
            lockedBy: view.locked_by ?? [],
          });
        }
        return listed;
      });
      for (const { id, committedMs } of seen) this.#model(place).see(id, committedMs);
      found.set(place, seen);
    }
    return found;
  }

  async #verify(found: ReadonlyMap<PlaceName, readonly Seen[]>): Promise<void> {
    for (const [place, seen] of found) {
      const account = place === 'store' ? 'store' : 'local';
      for (const { number } of seen) {
        const bad = await this.#agents.call(place === 'store' ? 'a' : place, async (call) => {
          const request = { account, dataset: String(number), from_here: false };
          let counted = -1;
          for await (const { done, bad_total } of call.verifyDataset(request, NEVER)) {
            if (done === true) counted = Number(bad_total);
          }
          return counted;
        });
        if (bad !== 0) throw new Error(`day ${this.#day}: dataset ${number} of ${place} is bad`);
      }
    }
  }

  /** What the private directories and the object account take, which must not grow any more after some days. */
  #requireBounds(): DayReport['mib'] {
    const mib = new Map<PlaceName, number>();
    for (const name of PLACES) {
      const path = name === 'store' ? this.#store : this.#agents.root(name, '.datamover');
      const taken = allocated(path) / MIB;
      mib.set(name, Number(taken.toFixed(1)));
      const most = this.#most.get(name) ?? 0;
      if (this.#day > SETTLED_DAYS && taken > most * 1.5 + 1) {
        throw new Error(`day ${this.#day}: ${name} takes ${taken} MiB, at first ${most}`);
      }
      if (this.#day <= SETTLED_DAYS) this.#most.set(name, Math.max(most, taken));
    }
    return Object.fromEntries(mib) as DayReport['mib'];
  }

  #model(place: PlaceName): PlaceModel {
    const model = this.#models.get(place);
    if (model === undefined) throw new Error(`there is no place ${place}`);
    return model;
  }

  #tree(name: AgentName): string {
    return this.#agents.root(name, 'tree');
  }

  get #store(): string {
    return this.#agents.scratch('store');
  }

  #edit(files: number): void {
    for (let count = 0; count < files; count++) {
      const file = join(this.#tree('a'), `file-${this.#random.below(FILES)}`);
      writeFileSync(file, noise(1 + this.#random.below(20_000), this.#random.below(1e9)));
    }
  }
}

function allocated(path: string): number {
  let bytes = 0;
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const stat = statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false });
    bytes += (stat?.blocks ?? 0) * 512;
  }
  return bytes;
}
