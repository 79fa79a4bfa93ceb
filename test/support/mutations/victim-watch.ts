import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { peerDefinition } from '../../../src/rpc/proto.js';
import { HostilePeer } from '../../security/hostile-peer.js';
import type { TestAgents } from '../e2e-agents.js';
import { until } from '../e2e-until.js';
import { MAX_GROWTH, MEBIBYTE, residentBytes } from '../resident-memory.js';
import { inTime, PATIENCE_MS } from './fuzzer.js';

/** What an agent was seen to hold whose threads have all had work, for runs that end before. */
const MOST_WHEN_WARM = 484 * MEBIBYTE;
const LOOK_MS = 200;

/** What was seen of an agent while it was attacked; memory in MiB. */
export interface WatchReport {
  readonly warm: number;
  readonly most: number;
  readonly slowestHonestMs: number;
}

/**
 * Looks all the time whether an agent under attack keeps its memory and goes on
 * serving others, by its socket and its port.
 */
export class VictimWatch {
  readonly #agents: TestAgents;
  readonly #outside: string;
  readonly #forKeys: number;
  readonly #stop = new AbortController();
  readonly #looking: Promise<void>;
  #warm = 0;
  /** What it held at the moment it was warm, which it has to come back to. */
  #held = 0;
  #most = 0;
  #slowest = 0;

  /** `forKeys` are bytes that may be taken for a moment to make a key of a passphrase. */
  constructor(agents: TestAgents, forKeys: number) {
    this.#agents = agents;
    this.#forKeys = forKeys;
    this.#outside = this.#listOutside();
    this.#looking = this.#look();
    // Told by `end`.
    this.#looking.catch(() => undefined);
  }

  /** From now on memory must not grow: the most from here on is compared with the most until here. */
  warm(): void {
    this.#held = this.#memory();
    this.#warm = Math.max(this.#most, this.#held);
    this.#most = this.#held;
  }

  /** Throws whatever the agent did wrong; `failures` are what the senders saw of it. */
  async end(failures: readonly unknown[]): Promise<WatchReport> {
    this.#stop.abort();
    if (!this.#victim.isRunning) throw new Error(`the agent ended: ${this.#log().slice(-3_000)}`);
    if (failures.length > 0) throw failures[0];
    await this.#looking;
    await this.#honest();
    if (this.#listOutside() !== this.#outside) {
      throw new Error('something was written outside the root');
    }
    if (this.#warm === 0) {
      this.#warm = MOST_WHEN_WARM;
      this.#held = MOST_WHEN_WARM;
    }
    if (this.#most - this.#warm > MAX_GROWTH + this.#forKeys) {
      throw new Error(`the agent grew from ${this.#warm} to ${this.#most} bytes`);
    }
    await until(
      'the agent holds what it held',
      () => this.#memory() - this.#held <= MAX_GROWTH,
      PATIENCE_MS,
    );
    const defect = /"code":"internal".*|.*uncaught.*|.*failed unexpectedly.*/i.exec(this.#log());
    if (defect) throw new Error(`a defect came to light: ${defect[0].slice(0, 1_000)}`);
    const inMebibytes = (bytes: number) => Math.round(bytes / MEBIBYTE);
    return {
      warm: inMebibytes(this.#warm),
      most: inMebibytes(this.#most),
      slowestHonestMs: Math.round(this.#slowest),
    };
  }

  get #victim() {
    return this.#agents.agent('victim');
  }

  async #look(): Promise<void> {
    for (let count = 0; !this.#stop.signal.aborted; count++) {
      this.#most = Math.max(this.#most, this.#memory());
      if (count % 5 === 0) await this.#honest();
      await delay(LOOK_MS, null, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  /** An honest peer and an honest command. */
  async #honest(): Promise<void> {
    const start = performance.now();
    await inTime('an honest peer', this.#honestPeer());
    await inTime('an honest command', this.#victim.ok('accounts', 'list'));
    this.#slowest = Math.max(this.#slowest, performance.now() - start);
  }

  async #honestPeer(): Promise<void> {
    using peer = await HostilePeer.connect(this.#victim, { name: 'honest' });
    const path = Buffer.from(this.#agents.root('victim', 'nothing-here'));
    await peer.unary(peerDefinition().InspectTarget, { path });
  }

  #memory(): number {
    return residentBytes(this.#victim.pid);
  }

  /** Everything beside the root and the state. */
  #listOutside(): string {
    const script =
      'find . -path ./data -prune -o -path ./state-victim -prune -o -name "*.log" -prune -o -printf "%P %s %T@\\n"';
    const cwd = this.#agents.scratch();
    return execFileSync('bash', ['-c', script], { cwd, encoding: 'utf8' });
  }

  #log(): string {
    return readFileSync(this.#victim.options.logFile, 'utf8');
  }
}
