import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestAgents } from './e2e-agents.js';
import { dm, dmJson } from './e2e-dm.js';
import { CopyPair, hasEnded, type JobView, mustRun, runPolicy, viewJob } from './e2e-policies.js';
import type { Random } from './e2e-random.js';
import { noise, patch } from './e2e-trees.js';
import { until } from './e2e-until.js';
import { type SyscallFault, SyscallFaults } from './syscall-faults.js';
import { differences } from './walker.js';

const MIB = 1_048_576;

export interface FaultOutcome {
  readonly fired: number;
  /** `whole`, `partial` or `failed`. */
  readonly result: 'whole' | 'partial' | 'failed';
  readonly code: string;
  readonly message: string;
}

/**
 * A copy during which system calls of one side fail. Whatever comes of it must be told: a copy that
 * says it is whole has equal trees, one that says it is partial differs in the entries it names,
 * and after one that failed the tree is as it was or is the new one. The next copy, without the
 * fault, brings everything. What is not so is thrown.
 */
export class FaultRun implements AsyncDisposable {
  readonly #agents: TestAgents;
  readonly #pair: CopyPair;
  readonly #random: Random;
  #round = 0;

  private constructor(agents: TestAgents, pair: CopyPair, random: Random) {
    this.#agents = agents;
    this.#pair = pair;
    this.#random = random;
  }

  static async open(random: Random): Promise<FaultRun> {
    const agents = await TestAgents.open({ agents: [{ name: 'sender' }, { name: 'receiver' }] });
    const source = agents.root('sender', 'tree');
    makeTree(source);
    const from = { account: 'local', path: source };
    const to = { account: 'receiver', path: agents.root('receiver', 'copy') };
    const pair = await CopyPair.create(agents.agent('sender'), from, to);
    await pair.sync();
    return new FaultRun(agents, pair, random);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agents[Symbol.asyncDispose]();
  }

  async round(victim: 'sender' | 'receiver', fault: SyscallFault): Promise<FaultOutcome> {
    const { agent, creation, copy } = this.#pair;
    this.#edit();
    await mustRun(agent, creation);
    const outcome = await this.#faultyCopy(victim, fault);
    await this.#checkOutcome(victim, outcome.job, outcome.fired);
    await this.#requireRunning(victim);
    // Files that could not be copied come with the next dataset,
    // though they have not changed again.
    await mustRun(agent, creation);
    await mustRun(agent, copy);
    this.#requireSame('after the next copy');
    const { error_code: code, error_message: message } = outcome.job;
    return { fired: outcome.fired, result: resultOf(outcome.job), code, message };
  }

  async #faultyCopy(victim: string, fault: SyscallFault): Promise<{ job: JobView; fired: number }> {
    const { agent, copy } = this.#pair;
    await using faults = await SyscallFaults.attach(this.#agents.agent(victim).pid, fault);
    const before = await this.#newestJob();
    const { job, stderr } = await runPolicy(agent, copy);
    if (job !== null) return { job, fired: faults.fired };
    if (!stderr.includes('dm: io_error: state in ')) {
      throw new Error(`no job came of the copy: ${stderr}`);
    }
    // What was asked while the state could not be written, or read, is asked again when it can.
    await faults[Symbol.asyncDispose]();
    let newest = await this.#newestJob();
    if (newest === null || newest.id === before?.id) newest = await mustRun(agent, copy);
    const { id } = newest;
    await until('the job has ended', async () => {
      newest = await viewJob(agent, id);
      return hasEnded(newest);
    });
    return { job: newest, fired: faults.fired };
  }

  async #newestJob(): Promise<JobView | null> {
    const { agent, copy } = this.#pair;
    const jobs = await dmJson<JobView[]>(agent, 'jobs', 'list', `--policy=${copy}`);
    const [newest] = jobs.sort((one, two) => two.id - one.id);
    return newest === undefined ? null : viewJob(agent, newest.id);
  }

  async #checkOutcome(victim: string, job: JobView, fired: number): Promise<void> {
    if (job.state === 'finished' && !job.partial) this.#requireSame('of a copy that was whole');
    if (job.state === 'finished' && job.partial) {
      const failures = await this.#failedPaths(job.id);
      if (failures.length === 0) throw new Error(`job ${job.id} is partial and names nothing`);
      const others = differences(this.#source, this.#target).filter(
        (line) => !failures.some((path) => line.includes(path)),
      );
      if (others.length > 0) throw new Error(`not told by a partial copy:\n${others.join('\n')}`);
    }
    if (job.state === 'failed' && fired === 0) {
      throw new Error(`a copy failed without a fault: ${job.error_message}`);
    }
    if (job.state === 'failed' && job.error_code === 'internal') {
      throw new Error(
        `a fault came out as an internal error: ${job.error_message}\n${this.#logTail(victim)}`,
      );
    }
  }

  async #failedPaths(job: number): Promise<string[]> {
    const failures = await dmJson<{ path: string }[]>(
      this.#pair.agent,
      ...['jobs', 'failures', String(job)],
    );
    return failures.map(({ path }) => path);
  }

  async #requireRunning(victim: string): Promise<void> {
    const agent = this.#agents.agent(victim);
    if ((await dm(agent, 'accounts', 'list')).code !== 4) return;
    throw new Error(`${victim} ended: ${this.#logTail(victim)}`);
  }

  #logTail(name: string): string {
    return readFileSync(this.#agents.agent(name).options.logFile, 'utf8').slice(-3_000);
  }

  #requireSame(what: string): void {
    const found = differences(this.#source, this.#target);
    if (found.length > 0) throw new Error(`trees differ ${what}:\n${found.join('\n')}`);
  }

  get #source(): string {
    return this.#agents.root('sender', 'tree');
  }

  get #target(): string {
    return this.#agents.root('receiver', 'copy');
  }

  #edit(): void {
    const source = this.#source;
    const round = ++this.#round;
    const seed = this.#random.below(1e9);
    const folder = (number: number) => join(source, `folder-${number % 4}`);
    for (let index = 0; index < 6; index++) {
      writeFileSync(join(folder(index), `file-${index}`), noise(7_000 + index, seed + index));
      writeFileSync(join(folder(index), `new-${round}-${index}`), noise(900, seed + 50 + index));
    }
    const made = join(source, `made-${round}`);
    mkdirSync(made);
    writeFileSync(join(made, 'inside'), noise(5_000, seed + 99));
    renameSync(join(folder(1), `new-${round}-1`), join(folder(2), `moved-${round}`));
    if (existsSync(join(source, `made-${round - 1}`))) {
      rmSync(join(source, `made-${round - 1}`), { recursive: true });
    }
    patch(join(source, 'large'), this.#random.below(3 * MIB), noise(65_536, seed));
  }
}

export function resultOf(job: JobView): FaultOutcome['result'] {
  if (job.state !== 'finished') return 'failed';
  return job.partial ? 'partial' : 'whole';
}

function makeTree(root: string): void {
  for (let index = 0; index < 40; index++) {
    const folder = join(root, `folder-${index % 4}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file-${index}`), noise(2_000 + index, index));
  }
  writeFileSync(join(root, 'large'), noise(4 * MIB, 4_711));
}
