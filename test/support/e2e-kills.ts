import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentProcess } from './agent-process.js';
import { DelayingProxy } from './delaying-proxy.js';
import { TestAgents } from './e2e-agents.js';
import { CopyPair, type JobView, listDatasets, mustRun, viewJob } from './e2e-policies.js';
import type { Random } from './e2e-random.js';
import { noise, patch } from './e2e-trees.js';
import { until } from './e2e-until.js';
import type { KillPoint } from './kill-points.js';
import { SyscallFaults } from './syscall-faults.js';
import { differences } from './walker.js';

const MIB = 1_048_576;
const FOLDERS = 20;
/** What may be under way and unconfirmed when a process dies: the windows of all lanes. */
const IN_FLIGHT = 48 * MIB;
const FIRST_GUESS_MS = 1_500;
const SELF_MS = 300_000;

export interface KillOptions {
  readonly files: number;
  readonly largeMiB: number;
  /** Of the wire, so that a kill meets a transfer that is under way. */
  readonly bytesPerSecond: number;
}

export interface KillRound {
  readonly victims: readonly string[];
  readonly kind: 'baseline' | 'increment';
  /** A moment in ms, or the name of the commit point. */
  readonly at: number | string;
  /** True when the job had ended before the kill. */
  readonly late: boolean;
  readonly wireBytes: number;
}

/**
 * Two agents that are killed while one pushes a tree to the other. After each round the job must have finished by
 * itself, with equal trees, nothing left in staging and few bytes sent twice; what is not so is thrown.
 */
export class KillRun implements AsyncDisposable {
  readonly #agents: TestAgents;
  readonly #proxy: DelayingProxy;
  readonly #options: KillOptions;
  readonly #random: Random;
  /** How long a copy of a kind takes, learned from whether the last kill came too late. */
  readonly #guessMs = { baseline: FIRST_GUESS_MS, increment: FIRST_GUESS_MS };
  #pair: CopyPair | null = null;
  #target = '';
  #round = 0;
  #changed = 0;

  private constructor(
    agents: TestAgents,
    proxy: DelayingProxy,
    options: KillOptions,
    random: Random,
  ) {
    this.#agents = agents;
    this.#proxy = proxy;
    this.#options = options;
    this.#random = random;
  }

  static async open(options: KillOptions, random: Random): Promise<KillRun> {
    const agents = await TestAgents.open({
      agents: [{ name: 'sender' }, { name: 'receiver' }],
      accounts: false,
    });
    const [, port = ''] = agents.agent('receiver').listen.split(':');
    const proxy = await DelayingProxy.open({
      port: Number(port),
      bytesPerSecond: options.bytesPerSecond,
    });
    const sender = agents.agent('sender');
    await sender.ok('accounts', 'create', 'DM', '--name=receiver', `--uri=dm://${proxy.address}`);
    const run = new KillRun(agents, proxy, options, random);
    run.#makeTree();
    return run;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agents[Symbol.asyncDispose]();
    await this.#proxy[Symbol.asyncDispose]();
  }

  /** One copy, one kill at a random moment, one check. */
  async round(): Promise<KillRound> {
    const random = this.#random;
    const { kind, pair } = await this.#begin();
    await mustRun(pair.agent, pair.creation);
    const names = random.pick([['sender'], ['receiver'], ['sender', 'receiver']]);
    const victims = names.map((name) => this.#agents.agent(name));
    const afterMs = random.below(this.#guessMs[kind]);
    const wireBefore = this.#wireBytes();

    const { job_id } = await pair.agent.json<{ job_id: number }>(
      'policies',
      'run',
      String(pair.copy),
    );
    // A random moment is what is tested here: no condition tells when it has come.
    await delay(afterMs);
    const late = (await viewJob(pair.agent, job_id)).state === 'finished';
    await Promise.all(victims.map((agent) => agent.kill('SIGKILL')));
    await Promise.all(victims.map((agent) => agent.start()));
    const { code, stderr } = await pair.agent.run('jobs', 'wait', String(job_id), '--timeout=300');
    if (code !== 0) throw new Error(`job ${job_id} ended with ${code}: ${stderr}`);
    this.#guessMs[kind] *= late ? 0.8 : 1.2;
    await this.#check(await viewJob(pair.agent, job_id));
    const wireBytes = this.#wireBytes() - wireBefore;
    this.#requireFewBytes(wireBytes, kind);
    return { victims: names, kind, at: afterMs, late, wireBytes };
  }

  /** One dataset and its copy; the victim is killed in the middle of the `when`-th call of a commit point. */
  async roundAt(point: KillPoint, when: number): Promise<KillRound> {
    const { kind, pair } = await this.#begin();
    if (point.during === 'copy') await mustRun(pair.agent, pair.creation);
    const victim = this.#agents.agent(point.victim);
    const wireBefore = this.#wireBytes();
    let isHit = false;
    {
      const fault = { calls: point.calls, errno: 'KILL', when };
      await using _ = await SyscallFaults.attach(victim.pid, fault);
      const policy = point.during === 'copy' ? pair.copy : pair.creation;
      // The sender may be killed before it answers: what it took down of the order decides.
      await pair.agent.run('policies', 'run', String(policy));
      await until(`${point.name}, or the end of the job`, async () => {
        isHit = !victim.isRunning;
        return isHit || (await this.#isIdle(pair.agent));
      });
    }
    if (isHit) await victim.start();
    await until('the job ends by itself', () => this.#isIdle(pair.agent), SELF_MS);
    // An order that was not taken down is given again.
    await mustRun(pair.agent, pair.creation);
    const job = await mustRun(pair.agent, pair.copy);
    await this.#check(job);
    const wireBytes = this.#wireBytes() - wireBefore;
    this.#requireFewBytes(wireBytes, kind);
    return { victims: [point.victim], kind, at: point.name, late: !isHit, wireBytes };
  }

  async #isIdle(agent: AgentProcess): Promise<boolean> {
    const { code, stdout } = await agent.run('--format=json', 'jobs', 'list');
    if (code !== 0) return false;
    const jobs = JSON.parse(stdout) as readonly JobView[];
    const ended = ['finished', 'failed', 'cancelled'];
    const failed = jobs.find(({ state }) => state === 'failed');
    if (failed) throw new Error(`job ${failed.id} failed: ${failed.error_message}`);
    return jobs.every(({ state }) => ended.includes(state));
  }

  async #begin(): Promise<{ kind: KillRound['kind']; pair: CopyPair }> {
    const isNew = this.#pair === null || this.#random.below(4) === 0;
    const pair = isNew || this.#pair === null ? await this.#freshPair() : this.#pair;
    this.#edit();
    return { kind: isNew ? 'baseline' : 'increment', pair };
  }

  async #check(job: JobView): Promise<void> {
    const found = differences(this.#source, this.#target);
    if (found.length > 0) throw new Error(`trees differ after a kill:\n${found.join('\n')}`);
    if (job.partial) throw new Error(`job ${job.id} is partial`);
    for (const [name, path] of [
      ['sender', this.#source],
      ['receiver', this.#target],
    ] as const) {
      this.#requireTidy(name);
      const states = await listDatasets(this.#agents.agent(name), path);
      const odd = states.filter(({ dataset_state: state }) => state !== 'COMPLETE');
      if (odd.length > 0) throw new Error(`${name} lists ${JSON.stringify(odd)}`);
    }
  }

  /** Nothing that was under way may be left in an agent's private directory. */
  #requireTidy(name: string): void {
    const trees = this.#agents.root(name, '.datamover/trees');
    const ids = readdirSync(trees);
    if (ids.length === 0) throw new Error(`${trees} has no tree to look into`);
    for (const id of ids) {
      for (const folder of ['staging', 'scratch']) {
        const path = join(trees, id, folder);
        const left = existsSync(path) ? readdirSync(path) : [];
        if (left.length > 0) throw new Error(`left in ${path}: ${left.join(', ')}`);
      }
    }
  }

  #requireFewBytes(wireBytes: number, kind: KillRound['kind']): void {
    const needed = kind === 'baseline' ? treeBytes(this.#source) * 1.05 : this.#changed;
    if (wireBytes > needed + IN_FLIGHT) {
      throw new Error(`${wireBytes} bytes on the wire for ${needed}: too much was sent twice`);
    }
  }

  get #source(): string {
    return this.#agents.root('sender', 'tree');
  }

  #wireBytes(): number {
    return this.#proxy.bytes.up + this.#proxy.bytes.down;
  }

  async #freshPair(): Promise<CopyPair> {
    const sender: AgentProcess = this.#agents.agent('sender');
    if (this.#target !== '') rmSync(this.#target, { recursive: true, force: true });
    this.#target = this.#agents.root('receiver', `copy-${++this.#round}`);
    const from = { account: 'local', path: this.#source };
    const to = { account: 'receiver', path: this.#target };
    this.#pair = await CopyPair.create(sender, from, to);
    return this.#pair;
  }

  #makeTree(): void {
    for (let index = 0; index < this.#options.files; index++) {
      const folder = join(this.#source, `folder-${index % FOLDERS}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `file-${index}`), noise(500 + (index % 5_000), index));
    }
    for (let part = 0; part < this.#options.largeMiB; part++) {
      appendFileSync(join(this.#source, 'large'), noise(MIB, 1_000_000 + part));
    }
  }

  /** Some of each kind of change. */
  #edit(): void {
    const random = this.#random;
    const files = this.#files();
    const size = this.#options.largeMiB * MIB;
    this.#changed = 4 * MIB;
    for (let count = 0; count < files.length / 20; count++) {
      const file = random.pick(files);
      if (!existsSync(file)) continue;
      const choice = random.below(4);
      if (choice === 0) writeFileSync(file, noise(3_000, random.below(1e9)));
      else if (choice === 1) rmSync(file);
      else if (choice === 2) writeFileSync(`${file}.new`, noise(2_000, random.below(1e9)));
      else renameSync(file, `${file}.moved`);
    }
    for (let count = 0; count < 8; count++) {
      patch(join(this.#source, 'large'), random.below(size - MIB), noise(MIB, random.below(1e9)));
      this.#changed += MIB;
    }
    const [a, b] = [random.below(FOLDERS), random.below(FOLDERS)];
    const folder = (number: number) => join(this.#source, `folder-${number}`);
    if (a === b) return;
    renameSync(folder(a), join(this.#source, 'spare'));
    renameSync(folder(b), folder(a));
    renameSync(join(this.#source, 'spare'), folder(b));
  }

  #files(): string[] {
    const names = readdirSync(this.#source, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => name.includes('/')).map((name) => join(this.#source, name));
  }
}

function treeBytes(root: string): number {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return names.reduce((sum, name) => sum + statSync(join(root, name)).size, 0);
}
