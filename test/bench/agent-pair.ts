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
  readonly #proxy: DelayingProxy;
  readonly #policies = new Map<string, { make: number; copy: number }>();

  private constructor(sender: AgentProcess, receiver: AgentProcess, proxy: DelayingProxy) {
    this.#sender = sender;
    this.#receiver = receiver;
    this.#proxy = proxy;
  }

  static async open(options: AgentPairOptions): Promise<AgentPair> {
    const { senderRoot, receiverRoot, delayMs, profiles } = options;
    const sender = await startAgent('sender', senderRoot, profiles);
    const receiver = await startAgent('receiver', receiverRoot, profiles);
    const port = Number(receiver.listen.split(':')[1]);
    const proxy = await DelayingProxy.open({ port, delayMs });
    const addresses = { direct: receiver.listen, counted: proxy.address };
    for (const [name, address] of Object.entries(addresses)) {
      await dmJson(sender, 'accounts', 'create', 'DM', `--name=${name}`, `--uri=dm://${address}`);
    }
    return new AgentPair(sender, receiver, proxy);
  }

  /**
   * Makes a dataset of `source` and copies it to `target`, which holds
   * the former one of it or nothing.
   */
  async sync(source: string, target: string, way: 'direct' | 'counted'): Promise<DmRun> {
    const { make, copy } = await this.#policiesOf(source, target, way);
    const meters = [this.#sender, this.#receiver].map(({ pid }) => new ProcessMeter(pid));
    const wireBefore = this.#proxy.bytes.up + this.#proxy.bytes.down;
    const start = performance.now();
    await mustRun(this.#sender, make, PATIENCE);
    const made = performance.now();
    await mustRun(this.#sender, copy, PATIENCE);
    const end = performance.now();
    const [sender, receiver] = meters.map((meter) => meter.read());
    return {
      datasetSeconds: (made - start) / 1000,
      copySeconds: (end - made) / 1000,
      cpuSeconds: { sender: sender?.cpuSeconds ?? 0, receiver: receiver?.cpuSeconds ?? 0 },
      peakRssMiB: { sender: sender?.peakRssMiB ?? 0, receiver: receiver?.peakRssMiB ?? 0 },
      wireBytes:
        way === 'direct' ? null : this.#proxy.bytes.up + this.#proxy.bytes.down - wireBefore,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#sender.kill('SIGTERM'), this.#receiver.kill('SIGTERM')]);
    await this.#proxy[Symbol.asyncDispose]();
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

const states = new TempDirectory();
process.once('exit', () => states[Symbol.dispose]());
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
  process.once('exit', () => killIfRunning(agent));
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
