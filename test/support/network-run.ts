import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DelayingProxy, type DelayingProxyOptions } from './delaying-proxy.js';
import { TestAgents } from './e2e-agents.js';
import { CopyPair, type JobView, mustRun } from './e2e-policies.js';
import { noise } from './e2e-trees.js';
import { differences } from './walker.js';

export type Direction = 'push' | 'pull';

/**
 * Two agents with a bad network between them, and a small tree that one
 * pushes to the other or pulls from it.
 */
export class NetworkRun implements AsyncDisposable {
  readonly proxy: DelayingProxy;
  readonly #agents: TestAgents;
  readonly #pair: CopyPair;
  readonly #source: string;
  readonly #target: string;
  #edits = 0;

  private constructor(
    proxy: DelayingProxy,
    agents: TestAgents,
    pair: CopyPair,
    paths: { readonly source: string; readonly target: string },
  ) {
    this.proxy = proxy;
    this.#agents = agents;
    this.#pair = pair;
    this.#source = paths.source;
    this.#target = paths.target;
  }

  /** The first copy is done when it resolves. */
  static async open(
    direction: Direction,
    network: Omit<DelayingProxyOptions, 'port'> = {},
  ): Promise<NetworkRun> {
    const agents = await TestAgents.open({
      agents: [{ name: 'caller' }, { name: 'called' }],
      accounts: false,
    });
    const port = Number(agents.agent('called').listen.split(':')[1]);
    const proxy = await DelayingProxy.open({ port, ...network });
    const caller = agents.agent('caller');
    await caller.ok('accounts', 'create', 'DM', '--name=called', `--uri=dm://${proxy.address}`);
    const [from, to] = direction === 'push' ? ['caller', 'called'] : ['called', 'caller'];
    const source = agents.root(from ?? '', 'tree');
    const target = agents.root(to ?? '', 'copy');
    mkdirSync(join(source, 'folder'), { recursive: true });
    const place = (holder: string | undefined, path: string) => ({
      account: holder === 'caller' ? 'local' : 'called',
      path,
    });
    const pair = await CopyPair.create(caller, place(from, source), place(to, target));
    const run = new NetworkRun(proxy, agents, pair, { source, target });
    await run.edit();
    await run.copy();
    return run;
  }

  /** Makes a dataset with something of everything that goes over the wire. */
  async edit(): Promise<void> {
    const edit = ++this.#edits;
    writeFileSync(join(this.#source, 'folder', `new-${edit}`), noise(3_000, edit));
    writeFileSync(join(this.#source, 'changed'), noise(150_000, edit));
    mkdirSync(join(this.#source, `directory-${edit}`));
    await mustRun(this.#pair.agent, this.#pair.creation);
  }

  /** Copies the newest dataset; the job must end by itself, whole, with equal trees. */
  async copy(): Promise<JobView> {
    const job = await mustRun(this.#pair.agent, this.#pair.copy, '--timeout=900');
    const found = differences(this.#source, this.#target);
    if (found.length > 0) throw new Error(`trees differ:\n${found.join('\n')}`);
    return job;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agents[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
  }
}

/**
 * Resets the connection at every `stride`-th chunk that crosses the network in a
 * copy, from the first of the handshake to the last of the commit, in a copy
 * each. Returns at how many it was reset.
 */
export async function resetEverywhere(
  run: NetworkRun,
  first: number,
  stride: number,
): Promise<number> {
  let resets = 0;
  for (let chunk = first; ; chunk += stride) {
    await run.edit();
    run.proxy.cut();
    run.proxy.resetAt(chunk);
    await run.copy();
    if (run.proxy.isArmed) return resets;
    resets++;
  }
}
