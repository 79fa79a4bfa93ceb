import { join } from 'node:path';
import { TempDirectory } from '../support/temp-directory.js';
import { differences } from '../support/walker.js';
import { AgentPair } from './agent-pair.js';
import type { BenchCase } from './cases.js';
import { CollectedCase } from './collected-case.js';
import { choosePeers, type Peer, SEND_RECEIVE } from './peers.js';
import { BenchPlaces } from './places.js';
import type { CaseResult } from './report.js';
import { SshDaemon } from './ssh-daemon.js';

export interface BenchOptions {
  readonly rounds: number;
  readonly profiles: string | null;
  /** Names of the programs to compare with, where that makes sense. */
  readonly peers: readonly string[];
}

/** The programs that copy the input of one case, in turn. */
export class Bench implements AsyncDisposable {
  readonly #what: BenchCase;
  readonly #options: BenchOptions;
  readonly #places: BenchPlaces;
  readonly #directory: TempDirectory;
  readonly #ssh: SshDaemon | null;
  readonly #peers: readonly Peer[];

  private constructor(
    what: BenchCase,
    options: BenchOptions,
    parts: { readonly places: BenchPlaces; directory: TempDirectory; ssh: SshDaemon | null },
  ) {
    this.#what = what;
    this.#options = options;
    this.#places = parts.places;
    this.#directory = parts.directory;
    this.#ssh = parts.ssh;
    this.#peers = choosePeers(peersOf(what, options), parts);
  }

  static async open(what: BenchCase, options: BenchOptions): Promise<Bench> {
    const directory = new TempDirectory();
    const peers = peersOf(what, options);
    const ssh = peers.includes('rsync over ssh')
      ? await SshDaemon.open(directory.join('ssh'))
      : null;
    const places = new BenchPlaces({
      ...{ source: what.source, target: what.target, sizeMiB: what.sizeMiB },
      // A copy of each program, and what one of them writes beside its own while it replaces a file.
      copies: peers.length + 2,
      isSending: peers.includes(SEND_RECEIVE),
    });
    return new Bench(what, options, { places, directory, ssh });
  }

  /** First copies of the input; then what the next copy takes after each change. Every copy of `dm` is compared. */
  async run(): Promise<CaseResult[]> {
    const { first, later, make } = this.#what;
    const results = {
      first: new CollectedCase(first),
      pulled: new CollectedCase(`${first}, pulled`),
      later: later.map(({ name }) => new CollectedCase(name)),
    };
    this.#places.makeInput(make);
    for (let round = 1; round <= this.#options.rounds; round++) await this.#round(round, results);
    return [results.first, results.pulled, ...results.later].filter(({ dm }) => dm.length > 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ssh?.[Symbol.dispose]();
    this.#places[Symbol.dispose]();
    this.#directory[Symbol.dispose]();
  }

  async #round(
    round: number,
    results: { first: CollectedCase; pulled: CollectedCase; later: readonly CollectedCase[] },
  ): Promise<void> {
    const { later, delayMs = 0, isPulled } = this.#what;
    const { root, tree } = this.#places.sourceOf(round);
    const receiverRoot = join(this.#places.target, `round-${round}`);
    const copy = join(receiverRoot, 'copy');
    const copyOf = ({ name }: Peer): string =>
      join(this.#places.target, `${name.replace(/\W/g, '-')}-${round}`);
    const pair = await AgentPair.open({
      ...{ senderRoot: root, receiverRoot, delayMs, profiles: this.#options.profiles },
    });
    try {
      for (const peer of this.#peers) {
        results.first.peer(peer.name, await this.#time(peer, tree, copyOf(peer)));
        if (later.length === 0) peer.remove(copyOf(peer));
      }
      this.#places.forget();
      const way = delayMs > 0 ? 'counted' : 'direct';
      results.first.run(await pair.sync(tree, copy, way));
      this.#requireSame(tree, copy);
      if (isPulled) {
        this.#places.forget();
        results.pulled.run(await pair.pull(tree, `${copy}-pulled`, way));
        this.#requireSame(tree, `${copy}-pulled`);
      }
      for (const [index, { change, times = 1 }] of later.entries()) {
        for (let time = 1; time <= times; time++) {
          change(tree, round * times + time);
          this.#places.sync();
          const result = results.later[index];
          for (const peer of this.#peers.filter(({ isIncremental }) => isIncremental)) {
            result?.peer(peer.name, await this.#time(peer, tree, copyOf(peer)));
          }
          this.#places.forget();
          result?.run(await pair.sync(tree, copy, 'counted'));
          this.#requireSame(tree, copy);
        }
      }
      for (const peer of this.#peers) peer.remove(copyOf(peer));
    } finally {
      await pair[Symbol.asyncDispose]();
      this.#places.removeCopy(receiverRoot);
      this.#places.dropSource(round);
    }
  }

  async #time(peer: Peer, source: string, target: string): Promise<number> {
    this.#places.forget();
    const start = performance.now();
    await peer.copy(source, target);
    return (performance.now() - start) / 1000;
  }

  /** Holes are left out: file systems allocate differently. */
  #requireSame(source: string, copy: string): void {
    const options = { holes: false, dataOnly: this.#what.isSparse === true };
    const found = differences(source, copy, options);
    if (found.length > 0) throw new Error(`the copy differs:\n${found.join('\n')}`);
  }
}

/** The programs of those that were asked for that make sense beside a case. */
function peersOf({ alone, source }: BenchCase, { peers }: BenchOptions): readonly string[] {
  if (alone === true) return [];
  return peers.filter((name) => name !== SEND_RECEIVE || source === 'btrfs');
}
