import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { secureContextOptions } from '../../../src/security/tls-material.js';
import { HostilePeer, materialOf } from '../../security/hostile-peer.js';
import { helloMessage, plainSocket, tlsSocket } from '../../security/raw-http2.js';
import type { AgentProcess } from '../agent-process.js';
import { TestAgents } from '../e2e-agents.js';
import { createPolicy, creation, listDatasets, mustRun } from '../e2e-policies.js';
import { Random } from '../e2e-random.js';
import { BatchFuzzer } from './batch-fuzzer.js';
import { CallFuzzer } from './call-fuzzer.js';
import { FrameFuzzer } from './frame-fuzzer.js';
import { type Fuzzer, PATIENCE_MS } from './fuzzer.js';
import { MessageMaker, rawControlClient } from './message-fuzzer.js';
import { RecordFuzzer } from './record-fuzzer.js';
import { VictimWatch, type WatchReport } from './victim-watch.js';

const AT_ONCE = 8;
/** Whoever may use the control socket may have the state sealed with a passphrase. */
const SCRYPT_BYTES = 128 * 1_048_576;
/** Calls of the control socket that watch have no end of their own. */
const CONTROL_MS = 2_000;
/**
 * After so many, or half of a short run, the agent's memory is what it needs. Batches are work for
 * all of its threads, and a short run of them ends before.
 */
const WARM_UP = 500;
const WARM_UP_BATCHES = 1_500;

/** What is changed, and who sends it where. */
export const MUTATION_KINDS = [
  'messages of a peer',
  'messages to the control socket',
  'frames of a peer',
  'frames to the control socket',
  'batches of a peer',
  'TLS records of a peer',
  'TLS records of a stranger',
] as const;
export type MutationKind = (typeof MUTATION_KINDS)[number];

export interface MutationReport extends WatchReport {
  readonly sent: number;
  readonly perSecond: number;
  /** How often each thing became of one. */
  readonly answers: Readonly<Record<string, number>>;
}

/** An agent that is sent what is nearly right. What it must never do is thrown. */
export class MutationRun implements AsyncDisposable {
  readonly #agents: TestAgents;
  readonly #seed: number;
  readonly #texts: readonly string[];
  #targets = 0;

  private constructor(agents: TestAgents, seed: number, texts: readonly string[]) {
    this.#agents = agents;
    this.#seed = seed;
    this.#texts = texts;
  }

  static async open(seed: number): Promise<MutationRun> {
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
    const paths = [tree, `${tree}/new`, agents.scratch('beside'), `${tree}/../../../beside/x`];
    return new MutationRun(agents, seed, [
      ...paths,
      ...[id, 'tree', 'file', 'FILE', 'auto', '1', 'local', '../../../beside/x'],
    ]);
  }

  /** Sends so many of a kind. */
  async send(kind: MutationKind, count: number): Promise<MutationReport> {
    const answers: Record<string, number> = {};
    const isPeers = !kind.includes('control socket');
    const watch = new VictimWatch(this.#agents, isPeers ? 0 : SCRYPT_BYTES);
    const warmAt =
      kind === 'batches of a peer' ? WARM_UP_BATCHES : Math.min(Math.floor(count / 2), WARM_UP);
    let sent = 0;
    const start = performance.now();
    const sendSome = async (worker: number) => {
      using fuzzer = await this.#fuzzer(kind, new Random(this.#seed + worker));
      while (sent < count) {
        const answer = await fuzzer.send();
        if (answer === null) continue;
        answers[answer] = (answers[answer] ?? 0) + 1;
        if (++sent === warmAt) watch.warm();
      }
    };
    const failures: unknown[] = [];
    await Promise.all(
      Array.from({ length: AT_ONCE }, (_, worker) =>
        sendSome(worker).catch((error: unknown) => failures.push(error)),
      ),
    );
    const seconds = (performance.now() - start) / 1_000;
    const seen = await watch.end(failures);
    return { sent, perSecond: Math.round(sent / seconds), ...seen, answers };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agents[Symbol.asyncDispose]();
  }

  get #victim(): AgentProcess {
    return this.#agents.agent('victim');
  }

  async #fuzzer(kind: MutationKind, random: Random): Promise<Fuzzer> {
    const { socket } = this.#victim;
    const peers = () => new MessageMaker('peer', random, this.#texts);
    const controls = () => new MessageMaker('control', random, this.#texts);
    switch (kind) {
      case 'messages of a peer': {
        const client = async () => (await HostilePeer.connect(this.#victim)).client;
        return new CallFuzzer({ deadlineMs: PATIENCE_MS }, { messages: peers(), connect: client });
      }
      case 'messages to the control socket': {
        const client = async () => rawControlClient(socket);
        return new CallFuzzer(
          { deadlineMs: CONTROL_MS },
          { messages: controls(), connect: client },
        );
      }
      case 'frames of a peer': {
        const hello = { path: '/datamover.v1.Peer/Hello', body: helloMessage() };
        const dial = () => tlsSocket(this.#victim);
        return new FrameFuzzer({ random, messages: peers(), connect: dial, hello });
      }
      case 'frames to the control socket': {
        const dial = async () => connect(socket);
        return new FrameFuzzer({ random, messages: controls(), connect: dial, hello: null });
      }
      case 'batches of a peer': {
        const freshTarget = () => this.#agents.root('victim', `target-${this.#targets++}`);
        const peer = await HostilePeer.connect(this.#victim);
        return new BatchFuzzer({ random, peer, freshTarget });
      }
      case 'TLS records of a peer': {
        const tls = {
          ...secureContextOptions(await materialOf('mallory')),
          checkServerIdentity: () => undefined,
        };
        return new RecordFuzzer({ random, connect: () => plainSocket(this.#victim), tls });
      }
      case 'TLS records of a stranger': {
        const tls = { rejectUnauthorized: false };
        return new RecordFuzzer({ random, connect: () => plainSocket(this.#victim), tls });
      }
    }
  }
}
