import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AgentProcess } from '../support/agent-process.js';
import { DelayingProxy } from '../support/delaying-proxy.js';
import { sharedCertificates } from '../support/e2e-certificates.js';
import { dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, mustRun, repeatCopy } from '../support/e2e-policies.js';
import { TempDirectory } from '../support/temp-directory.js';
import { ProcessMeter } from './process-meter.js';

export interface DmRun {
  readonly datasetSeconds: number;
  readonly copySeconds: number;
  readonly cpuSeconds: { readonly sender: number; readonly receiver: number };
  readonly peakRssMiB: { readonly sender: number; readonly receiver: number };
  /** Of files and of sockets. */
  readonly readMiB: { readonly sender: number; readonly receiver: number };
  /** Both ways, counted by the proxy; null where the copy went without it. */
  readonly wireBytes: number | null;
}

export interface AgentPairOptions {
  /** Data roots. */
  readonly senderRoot: string;
  readonly receiverRoot: string;
  /** Each way, of the proxy. */
  readonly delayMs: number;
  /** Directory for CPU profiles of both agents and all their threads. */
  readonly profiles: string | null;
}

const PATIENCE = '--timeout=3600';

/** Two agents, and a proxy that counts what goes from one to the other. */
export class AgentPair implements AsyncDisposable {
  readonly #directory = new TempDirectory();
  readonly #sender: AgentProcess;
  readonly #receiver: AgentProcess;
  /** In front of the receiver, and of the sender. */
  readonly #proxies: readonly DelayingProxy[];
  readonly #policies = new Map<string, { make: number; copy: number }>();

  private constructor(
    sender: AgentProcess,
    receiver: AgentProcess,
    proxies: readonly DelayingProxy[],
  ) {
    this.#sender = sender;
    this.#receiver = receiver;
    this.#proxies = proxies;
  }

  static async open(options: AgentPairOptions): Promise<AgentPair> {
    const { senderRoot, receiverRoot, delayMs, profiles } = options;
    const sender = await startAgent('sender', senderRoot, profiles);
    const receiver = await startAgent('receiver', receiverRoot, profiles);
    const toReceiver = await DelayingProxy.open({ port: portOf(receiver), delayMs });
    const toSender = await DelayingProxy.open({ port: portOf(sender), delayMs });
    await knowAs(sender, 'direct', receiver.listen);
    await knowAs(sender, 'counted', toReceiver.address);
    await knowAs(receiver, 'direct', sender.listen);
    await knowAs(receiver, 'counted', toSender.address);
    return new AgentPair(sender, receiver, [toReceiver, toSender]);
  }

  /** Makes a dataset of `source` and copies it to `target`, which holds the former or nothing. */
  async sync(source: string, target: string, way: 'direct' | 'counted'): Promise<DmRun> {
    const { make, copy } = await this.#policiesOf(source, target, way);
    return this.#measure(way, make, this.#sender, copy);
  }

  /** As `sync`, where the receiver asks for the copy. */
  async pull(source: string, target: string, way: 'direct' | 'counted'): Promise<DmRun> {
    const make = await createPolicy(this.#sender, 'CREATION', creation('local', source));
    const from = { account: way, path: source };
    const flags = repeatCopy(from, { account: 'local', path: target });
    const copy = await createPolicy(this.#receiver, 'REPEAT_COPY', flags);
    return this.#measure(way, make, this.#receiver, copy);
  }

  async #measure(way: string, make: number, copier: AgentProcess, copy: number): Promise<DmRun> {
    const meters = [this.#sender, this.#receiver].map(({ pid }) => new ProcessMeter(pid));
    const wireBefore = this.#wireBytes();
    const start = performance.now();
    await mustRun(this.#sender, make, PATIENCE);
    const made = performance.now();
    await mustRun(copier, copy, PATIENCE);
    const end = performance.now();
    const [sender, receiver] = meters.map((meter) => meter.read());
    return {
      datasetSeconds: (made - start) / 1000,
      copySeconds: (end - made) / 1000,
      cpuSeconds: { sender: sender?.cpuSeconds ?? 0, receiver: receiver?.cpuSeconds ?? 0 },
      peakRssMiB: { sender: sender?.peakRssMiB ?? 0, receiver: receiver?.peakRssMiB ?? 0 },
      readMiB: { sender: sender?.readMiB ?? 0, receiver: receiver?.readMiB ?? 0 },
      wireBytes: way === 'direct' ? null : this.#wireBytes() - wireBefore,
    };
  }

  #wireBytes(): number {
    const all = this.#proxies.map(({ bytes }) => bytes.up + bytes.down);
    return all.reduce((sum, bytes) => sum + bytes, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#sender.kill('SIGTERM'), this.#receiver.kill('SIGTERM')]);
    await Promise.all(this.#proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
    this.#directory[Symbol.dispose]();
  }

  async #policiesOf(source: string, target: string, way: string) {
    const key = `${way} ${source} ${target}`;
    const known = this.#policies.get(key);
    if (known !== undefined) return known;
    const from = { account: 'local', path: source };
    const made = {
      make: await createPolicy(this.#sender, 'CREATION', creation('local', source)),
      copy: await createPolicy(
        this.#sender,
        'REPEAT_COPY',
        repeatCopy(from, { account: way, path: target }),
      ),
    };
    this.#policies.set(key, made);
    return made;
  }
}

function portOf({ listen }: AgentProcess): number {
  return Number(listen.split(':')[1]);
}

async function knowAs(agent: AgentProcess, name: string, address: string): Promise<void> {
  await dmJson(agent, 'accounts', 'create', 'DM', `--name=${name}`, `--uri=dm://${address}`);
}

const states = new TempDirectory();
const agents: AgentProcess[] = [];
process.once('exit', () => {
  agents.forEach(killIfRunning);
  states[Symbol.dispose]();
});
let started = 0;

async function startAgent(
  name: string,
  root: string,
  profiles: string | null,
): Promise<AgentProcess> {
  mkdirSync(root, { recursive: true });
  const stateDir = states.join(`${name}-${++started}`);
  const agent = await AgentProcess.start({
    name,
    stateDir,
    roots: [root],
    logFile: join(states.path, `${name}.log`),
    launcher: profiles === null ? [] : profiled(join(profiles, name)),
  });
  agents.push(agent);
  await sharedCertificates.install(agent, name);
  return agent;
}

/** The shell is told the program to run as its own name. */
function profiled(directory: string): string[] {
  return ['sh', '-c', `exec "$0" --cpu-prof --cpu-prof-dir=${directory} "$@"`];
}

/** An agent that was stopped has no process. */
function killIfRunning({ pid }: AgentProcess): void {
  if (pid !== 0) process.kill(pid, 'SIGKILL');
}
