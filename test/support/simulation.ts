import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DmError } from '../../src/model/error.js';
import { openControlClient } from '../../src/rpc/control-client.js';
import type { ControlCalls } from '../../src/rpc/control-service.js';
import type { AgentProcess } from './agent-process.js';
import { DelayingProxy } from './delaying-proxy.js';
import { TestAgents } from './e2e-agents.js';
import { dmJson } from './e2e-dm.js';
import { createPolicy, creation, repeatCopy, viewJob } from './e2e-policies.js';
import type { Random } from './e2e-random.js';
import { noise } from './e2e-trees.js';
import { until } from './e2e-until.js';
import { type KeepingRule, PlaceModel } from './retention-model.js';
import { differences } from './walker.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const MIB = 1_048_576;
const PROGRAM = fileURLToPath(new URL('./simulated-agent.js', import.meta.url));
const ENDED: readonly string[] = ['finished', 'failed', 'cancelled'];
const FILES = 30;
const MOST_ATTEMPTS = 20;
/** Far more than what is due at one time takes on a busy machine. */
const SETTLES_WITHIN_MS = 600_000;
/** Days after which no place may grow any more. */
const SETTLED_DAYS = 6;
const NEVER = new AbortController().signal;

const AGENTS = ['a', 'b', 'c', 'd'] as const;
type AgentName = (typeof AGENTS)[number];
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
  readonly mib: Readonly<Record<AgentName, number>>;
}

/**
 * Hourly datasets on a, copied to b and on to c, to d and to an object account, and expired everywhere, by real agents on real
 * trees; time and the network are made here. Processes are killed and links cut as they come. What a place has is compared with
 * a model that knows the rules only.
 */
export class Simulation implements AsyncDisposable {
  readonly #agents: TestAgents;
  readonly #random: Random;
  readonly #links = new Map<string, DelayingProxy>();
  readonly #models = new Map(PLACES.map((place) => [place, new PlaceModel(RULES[place])]));
  readonly #policies = new Map<string, number>();
  /** Agents that are down, and the hour in which they come back. */
  readonly #down = new Map<AgentName, number>();
  readonly #cut = new Map<string, number>();
  /** What each target stood at when its source last had nothing to do and could reach it. */
  readonly #known = new Map<string, string>();
  readonly #most = new Map<AgentName, number>();
  #nowMs: number;
  #hour = 0;
  #day = 0;
  #kills = 0;
  #outages = 0;

  private constructor(agents: TestAgents, random: Random, nowMs: number) {
    this.#agents = agents;
    this.#random = random;
    this.#nowMs = nowMs;
  }

  static async open(random: Random): Promise<Simulation> {
    // Not before certificates that are made now become valid.
    const startMs = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
    process.env.SIMULATION_START_MS = String(startMs);
    const launcher = [process.execPath, '--enable-source-maps', PROGRAM];
    const agents = await TestAgents.open({
      agents: AGENTS.map((name) => ({ name, launcher })),
      accounts: false,
    });
    const simulation = new Simulation(agents, random, startMs);
    await simulation.#setUp();
    return simulation;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agents[Symbol.asyncDispose]();
    for (const link of this.#links.values()) await link[Symbol.asyncDispose]();
  }

  /** Some hours, and at their end everything mended, expired and compared. Throws what is not as it must be. */
  async day(hours: number): Promise<DayReport> {
    this.#kills = 0;
    this.#outages = 0;
    for (let hour = 0; hour < hours; hour++) await this.#oneHour();
    this.#day++;
    await this.#mend();
    await this.#catchUp();
    await this.#expireEverywhere();
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
    const store = this.#agents.scratch('store');
    mkdirSync(store);
    mkdirSync(this.#tree('a'));
    const a = this.#agents.agent('a');
    await dmJson(a, 'accounts', 'create', 'DIRECTORY', '--name=store', `--uri=file://${store}`);
    this.#edit(FILES);
    const add = async (
      on: AgentName,
      name: string,
      type: string,
      flags: Record<string, unknown>,
    ) => {
      const id = await createPolicy(this.#agents.agent(on), type, flags as Record<string, string>);
      this.#policies.set(name, id);
      return id;
    };
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
    this.#hour++;
    const startMs = this.#nowMs - (this.#nowMs % HOUR_MS) + HOUR_MS;
    await this.#returnDue();
    this.#edit(1 + this.#random.below(4));
    const trouble = this.#trouble();
    for (const minute of [0, 20, 40]) {
      await this.#setTime(startMs + minute * MINUTE_MS);
      if (minute === trouble?.minute) await trouble.strike();
      await this.#settle();
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
      this.#cut.set(name, this.#hour + 1 + random.below(40));
    };
    return { minute, strike };
  }

  /** At a random moment of what runs now; it comes back at once, or some hours later. */
  async #strike(name: AgentName, signal: NodeJS.Signals, hours: number): Promise<void> {
    if (this.#down.has(name)) return;
    // A random moment is what is wanted: no condition tells when it has come.
    await delay(this.#random.below(250));
    this.#kills++;
    await this.#agents.agent(name).kill(signal);
    if (hours > 0) this.#down.set(name, this.#hour + hours);
    else await this.#agents.agent(name).start();
  }

  async #returnDue(): Promise<void> {
    for (const [name, hour] of this.#down) {
      if (hour > this.#hour) continue;
      this.#down.delete(name);
      await this.#agents.agent(name).start();
    }
    for (const [name, hour] of this.#cut) {
      if (hour > this.#hour) continue;
      this.#cut.delete(name);
      const link = this.#links.get(name);
      if (link !== undefined) link.isDown = false;
    }
  }

  async #mend(): Promise<void> {
    for (const name of this.#down.keys()) this.#down.set(name, 0);
    for (const name of this.#cut.keys()) this.#cut.set(name, 0);
    await this.#returnDue();
    await this.#setTime(this.#nowMs + MINUTE_MS);
  }

  /** Copies what is new to everywhere, jobs that wait for another attempt first. */
  async #catchUp(): Promise<void> {
    for (const name of AGENTS) await this.#hurry(name);
    await this.#settle();
    for (const to of ['b', 'd', 'store']) await this.#run('a', `copy-${to}`);
    await this.#run('b', 'copy-c');
    for (const to of ['b', 'c', 'd'] as const) {
      const found = differences(this.#tree('a'), this.#tree(to));
      // The tree of a has been edited for nothing since its last dataset only if that was not made.
      if (found.length > 0)
        throw new Error(`day ${this.#day}: ${to} differs:\n${found.join('\n')}`);
    }
  }

  async #expireEverywhere(): Promise<void> {
    for (const name of AGENTS) await this.#run(name, `expire-${name}`);
    await this.#run('a', 'expire-store');
  }

  /** Runs a policy to the end of a job that finishes; attempts that failed are not waited for. */
  async #run(on: AgentName, policy: string): Promise<void> {
    const agent = this.#agents.agent(on);
    const words = ['policies', 'run', String(this.#policies.get(policy))];
    const { job_id } = await dmJson<{ job_id: number }>(agent, ...words);
    let reason = '';
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      await this.#settle();
      const { state, error_message, retry } = await viewJob(agent, job_id);
      if (state === 'finished') return;
      if (ENDED.includes(state)) throw new Error(`${policy} ended ${state}: ${error_message}`);
      reason = `${state}; ${retry?.reason}`;
      await this.#hurry(on);
    }
    throw new Error(`${policy} has not finished in ${MOST_ATTEMPTS} attempts: ${reason}`);
  }

  /** Jobs that wait to be tried again are tried now. */
  async #hurry(name: AgentName): Promise<void> {
    const agent = this.#agents.agent(name);
    for (const { id, state } of await this.#jobs(name)) {
      if (ENDED.includes(state)) continue;
      await dmJson(agent, 'jobs', 'modify', String(id), '--action=pause').catch(() => undefined);
      await until(`job ${id} of ${name} has paused or ended`, async () =>
        ['paused', ...ENDED].includes((await viewJob(agent, id)).state),
      );
      if ((await viewJob(agent, id)).state !== 'paused') continue;
      await dmJson(agent, 'jobs', 'modify', String(id), '--action=resume');
    }
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
    const missing = [...this.#model(place).must(this.#nowMs)].filter((id) => !present.has(id));
    if (missing.length === 0) return;
    throw new Error(`hour ${this.#hour}: ${place} has lost ${missing.join(', ')}`);
  }

  /** Of what a target has had since its source last knew, the source still has what it knows of. */
  #requireBases(place: PlaceName, seen: readonly Seen[]): void {
    const present = new Set(seen.map(({ id }) => id));
    for (const [from, to] of LINKS) {
      const known = this.#known.get(from + to);
      if (from !== place || known === undefined) continue;
      // What came to it before it went down, in the same hour, was never seen; its source may know of it and go on from there.
      if (this.#down.has(to as AgentName)) continue;
      if (
        this.#model(to)
          .since(known)
          .some((id) => present.has(id))
      )
        continue;
      throw new Error(`hour ${this.#hour}: ${from} has lost what ${to} goes on from`);
    }
  }

  /** A commit whose end is lost on the way is not known to the source. */
  async #learnBases(): Promise<void> {
    for (const [from, to] of LINKS) {
      const newest = this.#model(to).newest;
      const ends = [from, to].filter((end): end is AgentName => end !== 'store');
      const isWhole = !this.#cut.has(from + to) && ends.every((end) => !this.#down.has(end));
      if (newest === null || !isWhole) continue;
      const jobs = await this.#jobs(from as AgentName);
      if (jobs.every(({ state }) => ENDED.includes(state))) this.#known.set(from + to, newest);
    }
  }

  /** By retention, and what the copies from here go on from. */
  #needed(place: PlaceName): ReadonlySet<string> {
    const needed = this.#model(place).must(this.#nowMs);
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
      if (this.#down.has(on)) continue;
      const account = place === 'store' ? 'store' : 'local';
      const seen: Seen[] = [];
      await this.#call(on, async (call) => {
        for await (const view of call.listDatasets({ account, base_path: '' }, NEVER)) {
          seen.push({
            number: Number(view.id),
            id: view.dataset_global_id ?? '',
            committedMs: Date.parse(view.committed_at ?? ''),
            lockedBy: view.locked_by ?? [],
          });
        }
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
        let bad = -1;
        await this.#call(place === 'store' ? 'a' : place, async (call) => {
          const request = { account, dataset: String(number), from_here: false };
          for await (const { done, bad_total } of call.verifyDataset(request, NEVER)) {
            if (done === true) bad = Number(bad_total);
          }
        });
        if (bad !== 0) throw new Error(`day ${this.#day}: dataset ${number} of ${place} is bad`);
      }
    }
  }

  /** What the private directories take, which must not grow any more after some days. */
  #requireBounds(): DayReport['mib'] {
    const mib = new Map<AgentName, number>();
    for (const name of AGENTS) {
      const taken = allocated(this.#agents.root(name, '.datamover')) / MIB;
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

  #tree(name: string): string {
    return this.#agents.root(name, 'tree');
  }

  #edit(files: number): void {
    for (let count = 0; count < files; count++) {
      const file = join(this.#tree('a'), `file-${this.#random.below(FILES)}`);
      writeFileSync(file, noise(1 + this.#random.below(20_000), this.#random.below(1e9)));
    }
  }

  async #setTime(nowMs: number): Promise<void> {
    this.#nowMs = nowMs;
    for (const name of AGENTS) {
      const agent = this.#agents.agent(name);
      writeFileSync(`${agent.options.stateDir}.clock`, String(nowMs));
      if (!this.#down.has(name)) await told(`${agent.options.stateDir}.clock.sock`);
    }
  }

  /** Until nothing is due and nothing runs at the agents that are up, but for what waits to be tried again. */
  async #settle(): Promise<void> {
    const end = performance.now() + SETTLES_WITHIN_MS;
    for (let calm = 0; calm < 2; ) {
      if (performance.now() > end) throw new Error(`hour ${this.#hour}: what is due does not end`);
      const up = AGENTS.filter((name) => !this.#down.has(name));
      const idle = await Promise.all(up.map((name) => this.#isIdle(name)));
      calm = idle.every(Boolean) ? calm + 1 : 0;
      if (calm === 0) await delay(50);
    }
  }

  async #isIdle(name: AgentName): Promise<boolean> {
    const waits = new Set<number>();
    for (const { state, policy_id, retry } of await this.#jobs(name)) {
      if (ENDED.includes(state)) continue;
      if (Date.parse(retry?.next_at ?? '') > this.#nowMs) waits.add(policy_id);
      else return false;
    }
    let isIdle = true;
    await this.#call(name, async (call) => {
      const { policies = [] } = await call.listPolicies({}, NEVER);
      isIdle = policies.every(
        ({ id, next_run_at = '' }) =>
          next_run_at === '' || Date.parse(next_run_at) > this.#nowMs || waits.has(Number(id)),
      );
    });
    return isIdle;
  }

  async #jobs(name: AgentName) {
    const jobs: {
      readonly id: number;
      readonly state: string;
      readonly policy_id: number;
      readonly retry: { readonly next_at?: string } | null;
    }[] = [];
    await this.#call(name, async (call) => {
      for (const job of (await call.listJobs({}, NEVER)).jobs ?? []) {
        jobs.push({
          id: Number(job.id),
          state: job.state ?? '',
          policy_id: Number(job.policy_id),
          retry: job.retry ?? null,
        });
      }
    });
    return jobs;
  }

  async #call(name: AgentName, use: (call: ControlCalls) => Promise<void>): Promise<void> {
    const agent: AgentProcess = this.#agents.agent(name);
    await using client = openControlClient(agent.socket);
    try {
      await use(client.call);
    } catch (error) {
      if (!(error instanceof DmError)) throw error;
      throw new Error(`${name}, hour ${this.#hour}: ${error.code}: ${error.message}`);
    }
  }
}

/** Resolves when the agent has read the time. */
function told(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.resume();
  });
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
