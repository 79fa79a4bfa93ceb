import { setTimeout as delay } from 'node:timers/promises';
import type { AgentProcess, CommandResult } from '../agent-process.js';
import { dm, dmJson } from '../e2e-dm.js';
import { type JobView, viewJob } from '../e2e-policies.js';
import type { Kill, KillAtMoment } from './kill-plan.js';
import type { KillSite } from './kill-site.js';

const WAIT = '--timeout=300';
const DEATH_MS = 5_000;

/** What is killed: it is ordered, watched to its end, and found again when the agent is back. */
export interface Work {
  /** Resolves when the agent has taken the order, to false when it died before it answered. */
  order(): Promise<boolean>;
  /** Resolves when the work has ended or the agent that does it has died. */
  ended(): Promise<void>;
  /** After a start: true when the order is known there, and so its end will come. */
  isKnown(): Promise<boolean>;
  /** Waits until it has ended by itself; throws when it has not ended well. */
  finish(): Promise<void>;
  /** When it did, in milliseconds since 1970. */
  endedAt(): Promise<number>;
}

export interface KillOutcome {
  readonly kill: Kill;
  /** False when the work had ended before it came to the point or the moment. */
  readonly isHit: boolean;
}

export interface KilledJobModules {
  readonly site: KillSite;
  /** Resolves at a moment of the work, when it began just now. */
  readonly moment: (kill: KillAtMoment) => Promise<void>;
  /** Right after the death, while the victims are down. */
  readonly onKilled: () => void;
  /** When all are up again and go on. */
  readonly onRestarted: () => Promise<void>;
}

/**
 * Orders work, kills agents in it one after the other, and waits until it has finished by itself.
 */
export async function runKilled(
  work: Work,
  kills: readonly Kill[],
  modules: KilledJobModules,
): Promise<KillOutcome[]> {
  const died: { readonly kill: Kill; readonly at: number }[] = [];
  let missed: Kill | null = null;
  for (const kill of kills) {
    if (await dies(kill, work, modules)) died.push({ kill, at: Date.now() });
    else missed = kill;
    if (missed !== null) break;
  }
  if (!(await startAll(modules))) throw new Error('an agent died though nothing was armed');
  if (!(await work.isKnown()) && !(await work.order())) {
    throw new Error('an order was not taken though nobody was killed');
  }
  await work.finish();
  const endedAt = await work.endedAt();
  // Whoever was killed at a moment may have had nothing to do any more.
  const outcomes = died.map(({ kill, at }) => ({
    kill,
    isHit: kill.point !== null || at < endedAt,
  }));
  return missed === null ? outcomes : [...outcomes, { kill: missed, isHit: false }];
}

/**
 * Goes on with the work until the kill; false when the work has ended
 * before. Afterwards the victims are down.
 */
async function dies(kill: Kill, work: Work, modules: KilledJobModules): Promise<boolean> {
  const { point, victims } = kill;
  const { site, moment, onKilled } = modules;
  const [first = ''] = victims;
  const trigger = site.trigger(first);
  if (point !== null) trigger.arm(point, kill.when);
  const isUp = await startAll(modules);
  if (isUp) {
    const ordered = work.isKnown().then((isKnown) => isKnown || work.order());
    if (point !== null) await deathOrEnd(site.agents.agent(first), ordered, work);
    else {
      await ordered;
      await Promise.race([moment(kill), work.ended()]);
    }
  }
  const isHit = trigger.disarm();
  if (point !== null && !isHit) {
    if (isUp && site.agents.agent(first).isRunning) return false;
    throw new Error(`${first} died by itself`);
  }
  await Promise.all(victims.map((name) => site.agents.agent(name).kill('SIGKILL')));
  onKilled();
  return true;
}

async function deathOrEnd(
  agent: AgentProcess,
  ordered: Promise<boolean>,
  work: Work,
): Promise<void> {
  const ended = ordered.then((isTaken) => (isTaken ? work.ended() : agent.ended()));
  // When the other side has died, the job goes on later, and its end is waited for then.
  ended.catch(() => undefined);
  await Promise.race([agent.ended(), ended]);
}

/** A connection may end before the process is known to have ended. */
async function diesNow(agent: AgentProcess): Promise<boolean> {
  return Promise.race([agent.ended().then(() => true), delay(DEATH_MS, false)]);
}

/** False when an armed point killed one of them while it started, or right afterwards. */
async function startAll({ site, onRestarted }: KilledJobModules): Promise<boolean> {
  const down = ['sender', 'receiver'].filter((name) => !site.agents.agent(name).isRunning);
  if (down.length === 0) return true;
  const starts = await Promise.allSettled(down.map((name) => site.agents.agent(name).start()));
  for (const [index, start] of starts.entries()) {
    const isArmed = site.trigger(down[index] ?? '').isHit;
    if (start.status === 'rejected' && !isArmed) throw start.reason;
  }
  if (starts.some(({ status }) => status === 'rejected')) return false;
  try {
    await onRestarted();
    return true;
  } catch (error) {
    // What goes on with a start may be what is armed.
    if (['sender', 'receiver'].some((name) => site.trigger(name).isHit)) return false;
    throw error;
  }
}

/** A job of a policy of the sender. */
export class PolicyWork implements Work {
  readonly #site: KillSite;
  readonly #policy: number;
  readonly #after: number;
  #job: number | null = null;

  private constructor(site: KillSite, policy: number, after: number) {
    this.#site = site;
    this.#policy = policy;
    this.#after = after;
  }

  static async prepare(site: KillSite, policy: number): Promise<PolicyWork> {
    const jobs = await dmJson<JobView[]>(site.sender, 'jobs', 'list');
    return new PolicyWork(site, policy, Math.max(0, ...jobs.map(({ id }) => id)));
  }

  async order(): Promise<boolean> {
    const words = ['--format=json', 'policies', 'run', String(this.#policy)];
    const { code, stdout, stderr } = await dm(this.#site.sender, ...words);
    if (code === 0) this.#job = (JSON.parse(stdout) as { job_id: number }).job_id;
    else if (!(await diesNow(this.#site.sender))) throw new Error(`the order failed: ${stderr}`);
    return code === 0;
  }

  async ended(): Promise<void> {
    if (this.#job !== null) await dm(this.#site.sender, 'jobs', 'wait', String(this.#job), WAIT);
  }

  async isKnown(): Promise<boolean> {
    if (this.#job !== null) return true;
    const { code, stdout } = await dm(this.#site.sender, '--format=json', 'jobs', 'list');
    if (code !== 0) return false;
    const jobs = JSON.parse(stdout) as readonly JobView[];
    const ours = jobs.find(({ id, policy_id }) => id > this.#after && policy_id === this.#policy);
    this.#job = ours?.id ?? null;
    return this.#job !== null;
  }

  async finish(): Promise<void> {
    const job = String(this.#job ?? '');
    const { code, stderr } = await dm(this.#site.sender, 'jobs', 'wait', job, WAIT);
    if (code !== 0) throw new Error(`job ${job} ended with ${code}: ${stderr}`);
    const { partial } = await this.view();
    if (partial) throw new Error(`job ${job} is partial`);
  }

  view(): Promise<JobView> {
    if (this.#job === null) throw new Error('there is no job');
    return viewJob(this.#site.sender, this.#job);
  }

  async endedAt(): Promise<number> {
    return Date.parse((await this.view()).ended_at);
  }
}

/**
 * A prune of the sender's store: when its agent dies it is over, and the
 * next one finishes what it has begun.
 */
export class PruneWork implements Work {
  readonly #site: KillSite;
  #running: Promise<CommandResult> | null = null;
  #endedAt = 0;

  constructor(site: KillSite) {
    this.#site = site;
  }

  async order(): Promise<boolean> {
    const words = ['object', 'prune', '--account-id=disk', '--grace=0s', '--leftover-age=0s'];
    const running = dm(this.#site.sender, ...words);
    this.#running = running.finally(() => {
      this.#endedAt = Date.now();
    });
    return true;
  }

  async ended(): Promise<void> {
    await this.#running;
  }

  async isKnown(): Promise<boolean> {
    if (this.#running === null) return false;
    return this.#endedAt === 0 || (await this.#running).code === 0;
  }

  async finish(): Promise<void> {
    const { code = 1, stderr = 'it was not begun' } = (await this.#running) ?? {};
    if (code !== 0) throw new Error(`prune exited ${code}: ${stderr}`);
  }

  async endedAt(): Promise<number> {
    return this.#endedAt;
  }
}
