import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DelayingProxy } from './delaying-proxy.js';
import { TestAgents } from './e2e-agents.js';
import { CopyPair, type JobView, mustRun } from './e2e-policies.js';
import { Random } from './e2e-random.js';
import { noise } from './e2e-trees.js';
import { differences } from './walker.js';

const MIB = 1_048_576;
const BLOCK = 4_096;
const FOLDER_FILES = 1_000;

export interface Measured {
  readonly changedBytes: number;
  /** Both ways, counted by a proxy between the agents. */
  readonly wireBytes: number;
  readonly job: JobView;
}

/**
 * Measures what increments put on the wire between two agents, whose data roots lie below `data`.
 */
export class WireMeter implements AsyncDisposable {
  readonly #agents: TestAgents;
  readonly #proxy: DelayingProxy;

  private constructor(agents: TestAgents, proxy: DelayingProxy) {
    this.#agents = agents;
    this.#proxy = proxy;
  }

  static async open(data: string | null): Promise<WireMeter> {
    const agents = await TestAgents.open({
      agents: [{ name: 'sender' }, { name: 'receiver' }],
      accounts: false,
      ...(data === null ? {} : { data }),
    });
    const [, port = ''] = agents.agent('receiver').listen.split(':');
    const proxy = await DelayingProxy.open({ port: Number(port) });
    const sender = agents.agent('sender');
    await sender.ok('accounts', 'create', 'DM', '--name=receiver', `--uri=dm://${proxy.address}`);
    return new WireMeter(agents, proxy);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agents[Symbol.asyncDispose]();
    await this.#proxy[Symbol.asyncDispose]();
  }

  /** Copies a file, rewrites a share of its blocks at random places, and copies the difference. */
  async rewriteBlocks(sizeMiB: number, share: number, seed: number): Promise<Measured> {
    const tree = await this.#tree('blocks');
    const file = join(tree.source, 'file');
    const fd = openSync(file, 'w');
    for (let part = 0; part < sizeMiB; part += 8) writeSync(fd, noise(8 * MIB, part + seed));
    await tree.pair.sync();
    const random = new Random(seed);
    const blocks = (sizeMiB * MIB) / BLOCK;
    const chosen = new Set<number>();
    while (chosen.size < blocks * share) chosen.add(random.below(blocks));
    for (const block of chosen)
      writeSync(fd, noise(BLOCK, 1_000_000_000 + block), 0, BLOCK, block * BLOCK);
    closeSync(fd);
    return this.#increment(tree, chosen.size * BLOCK);
  }

  /** Copies a directory of small files, moves it, and copies that. */
  async moveDirectory(files: number): Promise<Measured> {
    const tree = await this.#tree('moved');
    mkdirSync(join(tree.source, 'elsewhere'));
    for (let index = 0; index < files; index++) {
      const folder = join(tree.source, 'before', String(Math.floor(index / FOLDER_FILES)));
      if (index % FOLDER_FILES === 0) mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `file-${index}`), noise(100, index));
    }
    await tree.pair.sync();
    renameSync(join(tree.source, 'before'), join(tree.source, 'elsewhere', 'after'));
    return this.#increment(tree, 0);
  }

  async #tree(name: string) {
    const source = this.#agents.root('sender', name);
    const target = this.#agents.root('receiver', name);
    mkdirSync(source);
    const pair = await CopyPair.create(
      this.#agents.agent('sender'),
      { account: 'local', path: source },
      { account: 'receiver', path: target },
    );
    return { pair, source, target };
  }

  async #increment(
    tree: { pair: CopyPair; source: string; target: string },
    changedBytes: number,
  ): Promise<Measured> {
    await mustRun(tree.pair.agent, tree.pair.creation);
    const before = this.#proxy.bytes.up + this.#proxy.bytes.down;
    const job = await mustRun(tree.pair.agent, tree.pair.copy);
    const wireBytes = this.#proxy.bytes.up + this.#proxy.bytes.down - before;
    const found = differences(tree.source, tree.target);
    if (found.length > 0) throw new Error(`trees differ:\n${found.join('\n')}`);
    rmSync(tree.source, { recursive: true });
    return { changedBytes, wireBytes, job };
  }
}
