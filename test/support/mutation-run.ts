import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:tls';
import type { Client } from '@grpc/grpc-js';
import { HostilePeer } from '../security/hostile-peer.js';
import { TestAgents } from './e2e-agents.js';
import { createPolicy, creation, listDatasets, mustRun } from './e2e-policies.js';
import type { Random } from './e2e-random.js';
import { MessageFuzzer, rawControlClient } from './message-fuzzer.js';

const MAX_GROWTH = 64 * 1_048_576;
const AT_ONCE = 8;
const UNAVAILABLE = 14;
const DEADLINE = 4;

export type MutationPlace = 'peer' | 'stranger' | 'control';

/** An agent that is sent messages that are nearly right, or are noise. What it must never do is thrown. */
export class MutationRun implements AsyncDisposable {
  readonly #agents: TestAgents;
  readonly #random: Random;
  readonly #texts: readonly string[];

  private constructor(agents: TestAgents, random: Random, texts: readonly string[]) {
    this.#agents = agents;
    this.#random = random;
    this.#texts = texts;
  }

  static async open(random: Random): Promise<MutationRun> {
    const agents = await TestAgents.open({ agents: [{ name: 'victim' }], accounts: false });
    const victim = agents.agent('victim');
    const tree = agents.root('victim', 'tree');
    mkdirSync(tree);
    writeFileSync(`${tree}/file`, 'content');
    const make = await createPolicy(victim, 'CREATION', creation('local', tree));
    await mustRun(victim, make);
    const [dataset] = await listDatasets(victim, tree);
    mkdirSync(agents.scratch('beside'));
    writeFileSync(agents.scratch('beside', 'secret'), 'untouched');
    const id = dataset?.dataset_global_id ?? '';
    return new MutationRun(agents, random, [
      id,
      tree,
      `${tree}/new`,
      'tree',
      'file',
      'FILE',
      'auto',
      '1',
      'local',
    ]);
  }

  /** Sends so many messages; returns how often each status came. */
  async send(place: MutationPlace, count: number): Promise<Map<number, number>> {
    const statuses = new Map<number, number>();
    const before = this.#memory();
    const outside = this.#outside();
    if (place === 'stranger') await this.#asStranger(count);
    else await this.#asCaller(place, count, statuses);
    if (!this.#victim.isRunning) throw new Error(`the agent ended: ${this.#logTail()}`);
    if (this.#outside() !== outside) throw new Error('something was written outside the root');
    const late = statuses.get(DEADLINE) ?? 0;
    if (place === 'peer' && late > 0) throw new Error(`${late} calls were not answered`);
    await this.#victim.ok('accounts', 'list');
    const grown = this.#memory() - before;
    if (grown > MAX_GROWTH) throw new Error(`the agent grew by ${grown} bytes`);
    const defect = /"code":"internal".*|.*uncaught.*/i.exec(this.#log());
    if (defect) throw new Error(`a defect came to light: ${defect[0].slice(0, 1_000)}`);
    return statuses;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agents[Symbol.asyncDispose]();
  }

  async #asCaller(
    place: 'peer' | 'control',
    count: number,
    statuses: Map<number, number>,
  ): Promise<void> {
    const fuzzer = new MessageFuzzer(place, this.#random, this.#texts);
    let peer = place === 'peer' ? await HostilePeer.connect(this.#victim) : null;
    const control = place === 'control' ? rawControlClient(this.#victim.socket) : null;
    for (let sent = 0; sent < count; sent += AT_ONCE) {
      const client: Client | null = control ?? peer?.client ?? null;
      if (client === null) throw new Error('there is no client');
      const codes = await Promise.all(Array.from({ length: AT_ONCE }, () => fuzzer.send(client)));
      for (const code of codes) statuses.set(code, (statuses.get(code) ?? 0) + 1);
      if (peer !== null && codes.includes(UNAVAILABLE)) {
        peer[Symbol.dispose]();
        peer = await HostilePeer.connect(this.#victim);
      }
    }
    peer?.[Symbol.dispose]();
    control?.close();
  }

  /** Noise, and TLS without a certificate with noise in it. */
  async #asStranger(count: number): Promise<void> {
    const [host = '', port = ''] = this.#victim.listen.split(':');
    for (let sent = 0; sent < count; sent += AT_ONCE) {
      await Promise.all(
        Array.from({ length: AT_ONCE }, () => {
          const noise = randomBytes(1 + this.#random.below(400));
          return new Promise<void>((resolve) => {
            const socket = connect({ host, port: Number(port), rejectUnauthorized: false });
            socket.on('error', () => undefined);
            socket.once('close', () => resolve());
            socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), noise]));
            if (this.#random.below(2) === 0)
              socket.once('secureConnect', () => socket.write(noise));
            socket.resume();
            socket.end();
          });
        }),
      );
    }
  }

  get #victim() {
    return this.#agents.agent('victim');
  }

  #memory(): number {
    const status = readFileSync(`/proc/${this.#victim.pid}/status`, 'utf8');
    return 1_024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  }

  /** Everything beside the root and the state. */
  #outside(): string {
    const script =
      'find . -path ./data -prune -o -path ./state-victim -prune -o -name "*.log" -prune -o -printf "%P %s %T@\\n"';
    return execFileSync('bash', ['-c', script], { cwd: this.#agents.scratch(), encoding: 'utf8' });
  }

  #log(): string {
    return readFileSync(this.#victim.options.logFile, 'utf8');
  }

  #logTail(): string {
    return this.#log().slice(-3_000);
  }
}
