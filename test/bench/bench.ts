import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mountFilesystem, type TestFilesystem } from '../support/filesystems.js';
import { TempDirectory } from '../support/temp-directory.js';
import { differences } from '../support/walker.js';
import { AgentPair, type DmRun } from './agent-pair.js';
import type { ChangeCase } from './cases.js';
import { cpArchive, type Peer, rsyncLocal, rsyncOverSsh } from './peers.js';
import type { CaseResult } from './report.js';
import { SshDaemon } from './ssh-daemon.js';

export interface BenchOptions {
  readonly rounds: number;
  /** Room for the source, and for each of the copies that are there at a time. */
  readonly sizeMiB: number;
  readonly delayMs: number;
  readonly sparse: boolean;
  readonly profiles: string | null;
  /** Names of the programs to compare with. */
  readonly peers: readonly string[];
}

const SLACK_MIB = 2_048;

/**
 * A btrfs that holds sources, an XFS that takes copies, and the
 * programs that copy from one to the other.
 */
export class Bench implements AsyncDisposable {
  readonly #options: BenchOptions;
  readonly #source: TestFilesystem;
  readonly #target: TestFilesystem;
  readonly #directory = new TempDirectory();
  readonly #ssh: SshDaemon;
  readonly #peers: readonly Peer[];

  private constructor(
    options: BenchOptions,
    source: TestFilesystem,
    target: TestFilesystem,
    ssh: SshDaemon,
    directory: TempDirectory,
  ) {
    this.#options = options;
    this.#source = source;
    this.#target = target;
    this.#ssh = ssh;
    this.#directory = directory;
    const all = [rsyncOverSsh(ssh.command), rsyncLocal, cpArchive];
    this.#peers = all.filter(({ name }) => options.peers.includes(name));
  }

  static async open(options: BenchOptions): Promise<Bench> {
    const directory = new TempDirectory();
    const ssh = await SshDaemon.open(directory.join('ssh'));
    const source = mountFilesystem('btrfs', 2 * options.sizeMiB + SLACK_MIB);
    // A copy of each program, and what one of them writes beside its own while it replaces a file.
    const copies = options.peers.length + 2;
    const target = mountFilesystem('xfs', copies * options.sizeMiB + SLACK_MIB);
    return new Bench(options, source, target, ssh, directory);
  }

  /** Where `make` puts the input of a case; every round gets a snapshot of it. */
  makeInput(make: (into: string) => void): void {
    const input = join(this.#source.path, 'input');
    execFileSync('btrfs', ['-q', 'subvolume', 'create', input]);
    make(join(input, 'tree'));
    execFileSync('sync', ['-f', input]);
  }

  /**
   * First copies of the input; then what the next copy takes after each change. Programs alternate.
   */
  async run(first: string, later: readonly ChangeCase[]): Promise<CaseResult[]> {
    const firsts = new Collected(first);
    const pulls = new Collected(`${first}, pulled`);
    const laters = later.map((one) => ({ ...one, results: new Collected(one.name) }));
    for (let round = 1; round <= this.#options.rounds; round++) {
      const root = join(this.#source.path, `round-${round}`);
      mkdirSync(root);
      const volume = join(root, 'volume');
      const input = join(this.#source.path, 'input');
      execFileSync('btrfs', ['-q', 'subvolume', 'snapshot', input, volume]);
      const source = join(volume, 'tree');
      const pair = await AgentPair.open({
        senderRoot: root,
        receiverRoot: join(this.#target.path, `round-${round}`),
        delayMs: this.#options.delayMs,
        profiles: this.#options.profiles,
      });
      const copyOf = (name: string): string =>
        name === 'dm'
          ? join(this.#target.path, `round-${round}`, 'copy')
          : join(this.#target.path, `${name}-${round}`);
      const way = this.#options.delayMs > 0 ? 'counted' : 'direct';
      try {
        for (const peer of this.#peers) {
          const target = copyOf(peer.name);
          firsts.peer(peer.name, await this.#time(peer, source, target));
          if (later.length === 0) this.#remove(target);
        }
        this.#forget();
        firsts.run(await pair.sync(source, copyOf('dm'), way));
        this.#requireSame(source, copyOf('dm'));
        if (this.#options.delayMs > 0) {
          const pulled = `${copyOf('dm')}-pulled`;
          this.#forget();
          pulls.run(await pair.pull(source, pulled));
          this.#requireSame(source, pulled);
        }
        for (const { change, results } of laters) {
          change(source, round);
          execFileSync('sync', ['-f', source]);
          for (const peer of this.#peers) {
            if (peer === cpArchive) continue;
            results.peer(peer.name, await this.#time(peer, source, copyOf(peer.name)));
          }
          this.#forget();
          results.run(await pair.sync(source, copyOf('dm'), 'counted'));
          this.#requireSame(source, copyOf('dm'));
        }
        for (const peer of this.#peers) this.#remove(copyOf(peer.name));
      } finally {
        await pair[Symbol.asyncDispose]();
        this.#remove(join(this.#target.path, `round-${round}`));
      }
    }
    return [
      firsts,
      ...(pulls.dm.length > 0 ? [pulls] : []),
      ...laters.map(({ results }) => results),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ssh[Symbol.dispose]();
    this.#source.unmount();
    this.#target.unmount();
    this.#directory[Symbol.dispose]();
  }

  async #time(peer: Peer, source: string, target: string): Promise<number> {
    this.#forget();
    const start = performance.now();
    await peer.copy(source, target);
    return (performance.now() - start) / 1000;
  }

  /** Holes are left out: the two file systems allocate differently. */
  #requireSame(source: string, copy: string): void {
    const options = { holes: false, dataOnly: this.#options.sparse };
    const found = differences(source, copy, options);
    if (found.length > 0) throw new Error(`the copy differs:\n${found.join('\n')}`);
  }

  /** Nobody finds in memory what another has read. */
  #forget(): void {
    execFileSync('sync', ['-f', this.#target.path]);
    writeFileSync('/proc/sys/vm/drop_caches', '3');
  }

  #remove(path: string): void {
    rmSync(path, { recursive: true, force: true });
    execFileSync('fstrim', [this.#target.path]);
  }
}

class Collected implements CaseResult {
  readonly name: string;
  readonly dm: DmRun[] = [];
  readonly peers = new Map<string, number[]>();

  constructor(name: string) {
    this.name = name;
  }

  run(run: DmRun): void {
    this.dm.push(run);
    this.#tell('dm', run.datasetSeconds + run.copySeconds);
  }

  peer(name: string, seconds: number): void {
    this.peers.set(name, [...(this.peers.get(name) ?? []), seconds]);
    this.#tell(name, seconds);
  }

  #tell(program: string, seconds: number): void {
    process.stderr.write(`${this.name}: ${program} ${seconds.toFixed(2)} s\n`);
  }
}
