import { setTimeout as delay } from 'node:timers/promises';
import { DmError } from '../../src/model/error.js';
import { ENDED_STATES, JOB_STATES } from '../../src/model/job.js';
import { type ControlClient, openControlClient } from '../../src/rpc/control-client.js';
import type { ControlCalls } from '../../src/rpc/control-service.js';
import type { Job__Output } from '../../src/rpc/generated/control/datamover/v1/Job.js';
import type { AgentProcess } from './agent-process.js';
import { TestAgents } from './e2e-agents.js';
import { dmJson } from './e2e-dm.js';
import { createPolicy, viewJob } from './e2e-policies.js';
import { until } from './e2e-until.js';
import { simulatedLauncher, tellTime } from './simulated-time.js';

const HOUR_MS = 3_600_000;
/** States of jobs that have ended. */
const ENDED: readonly string[] = [...ENDED_STATES];
const OPEN = JOB_STATES.filter((state) => !ENDED_STATES.has(state));
/** Four agents that do much in a short life spend less on collecting garbage so. */
const NODE_OPTIONS = ['--max-semi-space-size=16', '--min-semi-space-size=8'];
const MOST_ATTEMPTS = 20;
/** Far more than what is due at one time takes on a busy machine. */
const SETTLES_WITHIN_MS = 600_000;
const NEVER = new AbortController().signal;

export const AGENTS = ['a', 'b', 'c', 'd'] as const;
export type AgentName = (typeof AGENTS)[number];

/**
 * Agents whose time is made here: it stands still until it is set, and what is
 * due by then has to end before it goes on.
 */
export class SimulatedAgents implements AsyncDisposable {
  readonly #agents: TestAgents;
  readonly #policies = new Map<string, number>();
  /** Connections to those that are up. */
  readonly #clients = new Map<AgentName, ControlClient>();
  /** Agents that are down, and the hour in which they come back. */
  readonly down = new Map<AgentName, number>();
  /** Since the beginning. */
  hour = 0;
  #nowMs: number;

  private constructor(agents: TestAgents, nowMs: number) {
    this.#agents = agents;
    this.#nowMs = nowMs;
  }

  /** The data roots are below `data`. */
  static async open(data: string): Promise<SimulatedAgents> {
    // Not before certificates that are made now become valid.
    const startMs = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
    const launcher = simulatedLauncher(startMs, NODE_OPTIONS);
    const agents = await TestAgents.open({
      agents: AGENTS.map((name) => ({ name, launcher })),
      accounts: false,
      data,
    });
    return new SimulatedAgents(agents, startMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients.values()) client.close();
    await this.#agents[Symbol.asyncDispose]();
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  agent(name: AgentName): AgentProcess {
    return this.#agents.agent(name);
  }

  /** A path outside every root. */
  scratch(name: string): string {
    return this.#agents.scratch(name);
  }

  /** A path below the root of an agent. */
  root(name: AgentName, below: string): string {
    return this.#agents.root(name, below);
  }

  async addPolicy(
    on: AgentName,
    name: string,
    type: string,
    flags: Record<string, unknown>,
  ): Promise<number> {
    const id = await createPolicy(this.agent(on), type, flags as Record<string, string>);
    this.#policies.set(name, id);
    return id;
  }

  /** Ends the process; it comes back at once, or some hours later. */
  async kill(name: AgentName, signal: NodeJS.Signals, hours: number): Promise<void> {
    this.#clients.get(name)?.close();
    this.#clients.delete(name);
    await this.agent(name).kill(signal);
    if (hours > 0) this.down.set(name, this.hour + hours);
    else await this.agent(name).start();
  }

  /** Starts those whose hour has come. */
  async returnDue(): Promise<void> {
    for (const [name, hour] of this.down) {
      if (hour > this.hour) continue;
      this.down.delete(name);
      await this.agent(name).start();
    }
  }

  /** Runs a policy to the end of a job that finishes; attempts that failed are not waited for. */
  async run(on: AgentName, policy: string): Promise<void> {
    const ref = String(this.#policies.get(policy));
    const { job_id } = await this.call(on, (call) => call.runPolicy({ ref }, NEVER));
    let reason = '';
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      await this.settle();
      const { state, error_message, retry } = await this.#job(on, job_id ?? 0);
      if (state === 'finished') return;
      if (ENDED.includes(state)) throw new Error(`${policy} ended ${state}: ${error_message}`);
      reason = `${state}; ${retry?.reason}`;
      await this.hurry(on);
    }
    throw new Error(`${policy} has not finished in ${MOST_ATTEMPTS} attempts: ${reason}`);
  }

  #job(on: AgentName, id: number): Promise<Job__Output> {
    return this.call(on, (call) => call.getJob({ id }, NEVER));
  }

  /** Jobs that wait to be tried again are tried now. */
  async hurry(name: AgentName): Promise<void> {
    const agent = this.agent(name);
    for (const { id } of await this.openJobs(name)) {
      await dmJson(agent, 'jobs', 'modify', String(id), '--action=pause').catch(() => undefined);
      await until(`job ${id} of ${name} has paused or ended`, async () =>
        ['paused', ...ENDED].includes((await viewJob(agent, id)).state),
      );
      if ((await viewJob(agent, id)).state !== 'paused') continue;
      await dmJson(agent, 'jobs', 'modify', String(id), '--action=resume');
    }
  }

  /** All agents take it for the time; those that are down find it when they start. */
  async setTime(nowMs: number): Promise<void> {
    this.#nowMs = nowMs;
    await Promise.all(AGENTS.map((name) => tellTime(this.agent(name), nowMs)));
  }

  /**
   * Until nothing is due and nothing runs at the agents that are up, but
   * for what waits to be tried again.
   */
  async settle(): Promise<void> {
    const end = performance.now() + SETTLES_WITHIN_MS;
    // Twice: one may be asked for something by another, or begin what was due between two of the questions.
    for (let calm = 0; calm < 2; ) {
      const wereIdle = await Promise.all(AGENTS.map((name) => this.#becomeIdle(name, end)));
      calm = wereIdle.every(Boolean) ? calm + 1 : 0;
    }
  }

  /** Whether it was idle, or down, at the first question. */
  async #becomeIdle(name: AgentName, endMs: number): Promise<boolean> {
    let wasIdle = true;
    while (!this.down.has(name) && !(await this.#isIdle(name))) {
      if (performance.now() > endMs) throw new Error(`hour ${this.hour}: what is due does not end`);
      wasIdle = false;
      await delay(30);
    }
    return wasIdle;
  }

  async #isIdle(name: AgentName): Promise<boolean> {
    const [jobs, { policies = [] }] = await Promise.all([
      this.openJobs(name),
      this.call(name, (call) => call.listPolicies({}, NEVER)),
    ]);
    const waits = new Set<number>();
    for (const { policy_id, retry } of jobs) {
      if (Date.parse(retry?.next_at ?? '') > this.#nowMs) waits.add(policy_id);
      else return false;
    }
    return policies.every(
      ({ id, next_run_at = '' }) =>
        next_run_at === '' || Date.parse(next_run_at) > this.#nowMs || waits.has(Number(id)),
    );
  }

  /** Every job that has not ended. */
  async openJobs(name: AgentName) {
    const { jobs = [] } = await this.call(name, (call) => call.listJobs({ states: OPEN }, NEVER));
    return jobs.map(({ id, policy_id, retry = null }) => ({
      id: Number(id),
      policy_id: Number(policy_id),
      retry,
    }));
  }

  /** Asks over the control socket, without a program of its own. */
  async call<T>(name: AgentName, use: (call: ControlCalls) => Promise<T>): Promise<T> {
    const client = this.#clients.get(name) ?? openControlClient(this.agent(name).socket);
    this.#clients.set(name, client);
    try {
      return await use(client.call);
    } catch (error) {
      if (!(error instanceof DmError)) throw error;
      throw new Error(`${name}, hour ${this.hour}: ${error.code}: ${error.message}`);
    }
  }
}
