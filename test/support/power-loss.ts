import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AgentProcess } from './agent-process.js';
import { sharedCertificates } from './e2e-certificates.js';
import { dm, dmJson } from './e2e-dm.js';
import { CopyPair, listDatasets, mustRun, viewJob } from './e2e-policies.js';
import type { Random } from './e2e-random.js';
import { noise, patch } from './e2e-trees.js';
import { mountFilesystem, type TestFilesystem } from './filesystems.js';
import { TempDirectory } from './temp-directory.js';
import { differences } from './walker.js';

const MIB = 1_048_576;
const FOLDERS = 10;
const FIRST_GUESS_MS = 1_000;

export type PowerLossKind = 'at the commit' | 'at a random moment';

export interface PowerLossRound {
  readonly kind: PowerLossKind;
  /**
   * Which file systems lost what was not written out: that of the data root, of the state, or both.
   */
  readonly lost: readonly string[];
  /** Datasets that the receiver had acknowledged before, all of which still verified. */
  readonly verified: number;
  /** Whether the job went on by itself; otherwise its next run did. */
  readonly wentOn: boolean;
}

/**
 * A receiver whose data root and state lie on XFS file systems of their own, which are
 * shut down without writing their log: what was not made durable is gone, as at a power
 * loss. After each round every dataset that had been acknowledged must verify, and the
 * copy must come to its end; what is not so is thrown.
 */
export class PowerLossRun implements AsyncDisposable {
  readonly #directory = new TempDirectory();
  readonly #disks: ReadonlyMap<string, TestFilesystem>;
  readonly #random: Random;
  readonly #agents: AgentProcess[] = [];
  #pair: CopyPair | null = null;
  #guessMs = FIRST_GUESS_MS;

  private constructor(disks: ReadonlyMap<string, TestFilesystem>, random: Random) {
    this.#disks = disks;
    this.#random = random;
  }

  static async open(random: Random): Promise<PowerLossRun> {
    const disks = new Map([
      ['data', mountFilesystem('xfs', 1_024)],
      ['state', mountFilesystem('xfs', 320)],
    ]);
    const run = new PowerLossRun(disks, random);
    try {
      await run.#start();
    } catch (error) {
      await run[Symbol.asyncDispose]();
      throw error;
    }
    return run;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.kill()));
    for (const disk of this.#disks.values()) disk.unmount();
    this.#directory[Symbol.dispose]();
  }

  /** One copy, one power loss, one check. */
  async round(kind: PowerLossKind): Promise<PowerLossRound> {
    const pair = this.#requirePair();
    this.#edit();
    await mustRun(pair.agent, pair.creation);
    const { job_id } = await dmJson<{ job_id: number }>(
      pair.agent,
      ...['policies', 'run', String(pair.copy)],
    );
    if (kind === 'at the commit') await this.#mustEnd(job_id);
    // A random moment is what is tested here: no condition tells when it has come.
    else await delay(this.#random.below(this.#guessMs));
    const acknowledged = await listDatasets(this.#receiver, this.#target);
    const early = (await viewJob(pair.agent, job_id)).state !== 'finished';
    this.#guessMs *= early ? 1.2 : 0.8;

    const lost = this.#random.pick([['data'], ['state'], ['data', 'state']]);
    await this.#losePower(lost);

    const wentOn =
      (await dm(pair.agent, 'jobs', 'wait', String(job_id), '--timeout=120')).code === 0;
    if (!wentOn) await mustRun(pair.agent, pair.copy);
    await this.#requireDatasets(acknowledged.map(({ dataset_global_id }) => dataset_global_id));
    const found = differences(this.#source, this.#target);
    if (found.length > 0) throw new Error(`trees differ after a power loss:\n${found.join('\n')}`);
    return { kind, lost, verified: acknowledged.length, wentOn };
  }

  async #losePower(lost: readonly string[]): Promise<void> {
    const disks = lost.map((name) => this.#disk(name));
    for (const { path } of disks) execFileSync('xfs_io', ['-x', '-c', 'shutdown', path]);
    await this.#receiver.kill('SIGKILL');
    for (const disk of disks) disk.remount();
    await this.#receiver.start();
  }

  /** Each is listed and verifies, by the bytes on the disk. */
  async #requireDatasets(ids: readonly string[]): Promise<void> {
    const listed = await listDatasets(this.#receiver, this.#target);
    for (const wanted of ids) {
      const dataset = listed.find(({ dataset_global_id: id }) => id === wanted);
      if (dataset === undefined) throw new Error(`acknowledged dataset ${wanted} is gone`);
      const { code, stdout, stderr } = await dm(
        this.#receiver,
        ...['datasets', 'verify', String(dataset.id)],
      );
      if (code !== 0) {
        throw new Error(`acknowledged dataset ${wanted} is damaged:\n${stdout}${stderr}`);
      }
    }
  }

  async #mustEnd(job: number): Promise<void> {
    const { code, stderr } = await dm(
      this.#requirePair().agent,
      ...['jobs', 'wait', String(job), '--timeout=120'],
    );
    if (code !== 0) throw new Error(`job ${job} ended with ${code}: ${stderr}`);
  }

  async #start(): Promise<void> {
    this.#makeTree();
    const sender = await this.#agent('sender', {
      stateDir: this.#directory.join('state-sender'),
      root: this.#directory.join('sender'),
    });
    const root = join(this.#disk('data').path, 'root');
    mkdirSync(root);
    const receiver = await this.#agent('receiver', {
      stateDir: join(this.#disk('state').path, 'state'),
      root,
    });
    const uri = `--uri=dm://${receiver.listen}`;
    await dmJson(sender, 'accounts', 'create', 'DM', '--name=receiver', uri);
    const from = { account: 'local', path: this.#source };
    const to = { account: 'receiver', path: this.#target };
    this.#pair = await CopyPair.create(sender, from, to);
    // Certificates and roots are settled before power is lost for the first time.
    await this.#pair.sync();
  }

  async #agent(name: string, places: { stateDir: string; root: string }): Promise<AgentProcess> {
    const agent = await AgentProcess.start({
      name,
      stateDir: places.stateDir,
      roots: [places.root],
      logFile: this.#directory.join(`${name}.log`),
    });
    this.#agents.push(agent);
    await sharedCertificates.install(agent, name);
    return agent;
  }

  get #receiver(): AgentProcess {
    const [, receiver] = this.#agents;
    if (receiver === undefined) throw new Error('the receiver was not started');
    return receiver;
  }

  get #source(): string {
    return this.#directory.join('sender', 'tree');
  }

  get #target(): string {
    return join(this.#disk('data').path, 'root', 'copy');
  }

  #disk(name: string): TestFilesystem {
    const disk = this.#disks.get(name);
    if (disk === undefined) throw new Error(`there is no disk ${name}`);
    return disk;
  }

  #requirePair(): CopyPair {
    if (this.#pair === null) throw new Error('the agents were not started');
    return this.#pair;
  }

  #makeTree(): void {
    for (let index = 0; index < 300; index++) {
      const folder = join(this.#source, `folder-${index % FOLDERS}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `file-${index}`), noise(500 + (index % 7) * 4_000, index));
    }
    appendFileSync(join(this.#source, 'large'), noise(24 * MIB, 1_000_000));
  }

  /**
   * New, replaced, changed, renamed and deleted files, a swapped
   * directory, a block inside a large file.
   */
  #edit(): void {
    const random = this.#random;
    const folder = (number: number) => join(this.#source, `folder-${number}`);
    const [one, other] = [random.below(FOLDERS), random.below(FOLDERS)];
    const fresh = random.below(1e9);
    for (let index = 0; index < 20; index++) {
      writeFileSync(join(folder(one), `new-${fresh}-${index}`), noise(9_000, fresh + index));
    }
    renameSync(join(folder(one), `new-${fresh}-0`), join(folder(other), `moved-${fresh}`));
    writeFileSync(join(folder(one), `new-${fresh}-1`), noise(3_000, fresh));
    rmSync(join(folder(one), `new-${fresh}-2`));
    for (let index = 0; index < 8; index++) {
      patch(join(this.#source, 'large'), random.below(23 * MIB), noise(65_536, fresh + index));
    }
    if (one === other) return;
    renameSync(folder(one), join(this.#source, 'spare'));
    renameSync(folder(other), folder(one));
    renameSync(join(this.#source, 'spare'), folder(other));
  }
}
