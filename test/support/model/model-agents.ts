import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type ControlClient, openControlClient } from '../../../src/rpc/control-client.js';
import type { ControlCalls } from '../../../src/rpc/control-service.js';
import { TestAgents } from '../e2e-agents.js';
import { dmJson } from '../e2e-dm.js';
import { AGENTS, type AgentName, type Kill } from './steps.js';

const ENDED: readonly string[] = ['finished', 'failed', 'cancelled'];
/** Far more than any job of such a small tree takes, attempts after kills included. */
const PATIENCE_MS = 120_000;

type PolicyMessage = NonNullable<Parameters<ControlCalls['createPolicy']>[0]['policy']>;

export interface Order {
  readonly on: AgentName;
  readonly policy: number;
}

export interface EndedJob {
  readonly state: string;
  readonly partial: boolean;
  readonly code: string;
  readonly message: string;
}

/**
 * Two real agents with accounts for each other, and a directory as object account of
 * alpha, asked over their control sockets.
 */
export class ModelAgents implements AsyncDisposable {
  readonly #agents: TestAgents;
  readonly #clients = new Map<AgentName, ControlClient>();
  #policies = 0;
  /** SIGKILLs so far. */
  kills = 0;

  private constructor(agents: TestAgents) {
    this.#agents = agents;
  }

  /** With the data roots below a directory. */
  static async open(data: string): Promise<ModelAgents> {
    const agents = await TestAgents.open({ agents: AGENTS.map((name) => ({ name })), data });
    const store = agents.scratch('store');
    mkdirSync(store);
    const words = ['accounts', 'create', 'DIRECTORY', '--name=store', `--uri=file://${store}`];
    await dmJson(agents.agent('alpha'), ...words);
    return new ModelAgents(agents);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients.values()) client.close();
    await this.#agents[Symbol.asyncDispose]();
  }

  root(name: AgentName, below: string): string {
    return this.#agents.root(name, below);
  }

  /** For one question; those that take longer than any should are given up. */
  ask(name: AgentName): { readonly call: ControlCalls; readonly signal: AbortSignal } {
    const client = this.#clients.get(name) ?? openControlClient(this.#agents.agent(name).socket);
    this.#clients.set(name, client);
    return { call: client.call, signal: AbortSignal.timeout(PATIENCE_MS) };
  }

  async addPolicy(on: AgentName, policy: PolicyMessage): Promise<Order> {
    const { call, signal } = this.ask(on);
    const name = `policy-${++this.#policies}`;
    const { id } = await call.createPolicy({ policy: { name, enabled: true, ...policy } }, signal);
    return { on, policy: Number(id) };
  }

  async deletePolicy({ on, policy }: Order): Promise<void> {
    const { call, signal } = this.ask(on);
    await call.deletePolicy({ ref: String(policy) }, signal);
  }

  /**
   * Runs policies beside each other until their jobs have ended by
   * themselves, whoever is killed meanwhile.
   */
  async run(orders: readonly Order[], kill: Kill | null): Promise<readonly EndedJob[]> {
    const jobs = await Promise.all(
      orders.map(async ({ on, policy }) => {
        const { call, signal } = this.ask(on);
        const request = { ref: String(policy), accept_source: true };
        return { on, id: Number((await call.runPolicy(request, signal)).job_id) };
      }),
    );
    if (kill !== null) await this.strike(kill);
    return Promise.all(jobs.map(({ on, id }) => this.#ended(on, id)));
  }

  /** Kills after the time that the kill names, and starts again. */
  async strike({ victims, afterMs }: Kill): Promise<void> {
    // A random moment is what is wanted: no condition tells when it has come.
    await delay(afterMs);
    await this.#end(victims, 'SIGKILL');
    this.kills++;
  }

  async stopAndStart(name: AgentName): Promise<void> {
    await this.#end([name], 'SIGTERM');
  }

  async #end(names: readonly AgentName[], signal: NodeJS.Signals): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        const agent = this.#agents.agent(name);
        await agent.kill(signal);
        this.#clients.get(name)?.close();
        this.#clients.delete(name);
        await agent.start();
      }),
    );
  }

  async #ended(on: AgentName, id: number): Promise<EndedJob> {
    const { call, signal } = this.ask(on);
    let last: EndedJob = { state: 'unknown', partial: false, code: '', message: '' };
    for await (const job of call.watchJob({ id }, signal)) {
      const { state = '', partial = false, error_code: code = '', error_message = '' } = job;
      const reasons = (job.failed_entries ?? []).map((one) => JSON.stringify(one));
      last = { state, partial, code, message: [error_message, ...reasons].join('\n') };
    }
    if (!ENDED.includes(last.state)) throw new Error(`job ${id} of ${on} is ${last.state}`);
    return last;
  }
}

export function requireFinished(job: EndedJob | undefined, what: string): void {
  if (job?.state === 'finished' && !job.partial) return;
  const partial = job?.partial === true ? ', partial' : '';
  throw new Error(`${what} is ${job?.state}${partial}: ${job?.code} ${job?.message}`);
}
