import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { WriteRequest } from '../../src/rpc/generated/peer/datamover/v1/WriteRequest.js';
import { peerDefinition } from '../../src/rpc/proto.js';
import type { AgentProcess } from '../support/agent-process.js';
import type { TestAgents } from '../support/e2e-agents.js';
import { until } from '../support/e2e-until.js';
import { rawControlClient, sendRaw } from '../support/mutations/message-fuzzer.js';
import { MAX_GROWTH, residentBytes } from '../support/resident-memory.js';
import { content, END, gfid, HostileDataset, wholeFile, withSession } from './hostile-dataset.js';
import { HostilePeer } from './hostile-peer.js';

/** Copies at once, of so many lanes each, that an agent has had before it is attacked: about as many threads as a peer may hold. */
const WARM_UP = 6;
const WARM_UP_LANES = 3;
/** After an attack memory may still be given back for so long. */
const GIVEN_BACK_MS = 10_000;
const LOGGED_MS = 10_000;
const SERVED_MS = 20_000;

export interface WithstandsOptions {
  readonly agents: () => TestAgents;
  /** Whom the tests attack. */
  readonly name: string;
  /** An identity that is let in whatever the tests do, and may be refused what it asks for; null when there is none. */
  readonly honest?: string | null;
  /** A directory below the root that copies may be received into, to begin with; null when nobody may. Default: any. */
  readonly inbox?: string | null;
}

/** What the tests themselves say of an attack. */
export interface Withstands {
  /** Since the test began the agent has told its log that it refused a peer, with one of these codes. */
  logged(...codes: readonly string[]): Promise<void>;
  /** Since the test began the agent has written this into its log. */
  told(what: RegExp): Promise<void>;
}

/**
 * Makes each test of the suite around it an attack that an agent has to withstand. After each test the same process must be
 * running, serve others by its port and its socket, hold less than 64 MiB more than before, and have written nothing
 * outside of its root and its state.
 */
export function withstands(options: WithstandsOptions): Withstands {
  const { agents, name, honest = 'honest', inbox = '.' } = options;
  const victim = () => agents().agent(name);
  const outside = () => agents().scratch('untouched');
  let pid = 0;
  let memory = 0;
  let logBytes = 0;

  before('let the agent work', async () => {
    mkdirSync(outside());
    writeFileSync(`${outside()}/secret`, 'untouched');
    if (honest === null || inbox === null) return;
    const copies = Array.from({ length: WARM_UP }, async (_, at) => {
      using peer = await HostilePeer.connect(victim(), { name: honest });
      const dataset = new HostileDataset();
      const files: WriteRequest[] = [];
      for (let lane = 0; lane < WARM_UP_LANES; lane++) {
        const id = gfid(64 * lane + 2);
        dataset.add(id, `f${lane}`, 'file', { size: 1n });
        files.push(content((writer) => wholeFile(writer, id, Buffer.from('x')), lane));
      }
      const target = agents().root(name, inbox, `warm-up-${at}`);
      const offer = await dataset.offer(target, { lanes: WARM_UP_LANES });
      const session = await peer.begin(offer);
      await peer.send(...withSession(session, dataset.structure(), ...files, END));
      await peer.abort(session);
    });
    await Promise.all(copies);
  });
  beforeEach(() => {
    ({ pid } = victim());
    memory = residentBytes(pid);
    logBytes = statSync(victim().options.logFile).size;
  });
  afterEach('the agent has withstood it', async () => {
    // One that the test itself has started anew is another process.
    expect(victim().isRunning, 'the agent is running').to.equal(true);
    if (honest !== null) await expectServed(victim(), honest, agents().root(name, 'nothing'));
    await expectCommanded(victim());
    if (victim().pid === pid) {
      const grown = () => residentBytes(pid) - memory;
      await until(
        `memory grew by less than ${MAX_GROWTH} bytes`,
        () => grown() < MAX_GROWTH,
        GIVEN_BACK_MS,
      );
    }
    expect(list(outside())).to.deep.equal(['secret 9']);
    expect(readFileSync(`${outside()}/secret`, 'utf8')).to.equal('untouched');
    expect(logSince(victim(), logBytes), 'a defect').to.not.match(
      /"code":"internal"|failed unexpectedly|uncaught/i,
    );
  });

  return {
    told: (what) =>
      until(`the log tells ${what}`, () => what.test(logSince(victim(), logBytes)), LOGGED_MS),
    logged: (...codes) =>
      until(
        `the log tells of a refusal as ${codes.join(' or ')}`,
        () =>
          logSince(victim(), logBytes)
            .split('\n')
            .some(
              (line) =>
                line.includes('"peer refused"') &&
                codes.some((code) => line.includes(`"code":"${code}"`)),
            ),
        LOGGED_MS,
      ),
  };
}

/** By the call behind `dm accounts list`. */
async function expectCommanded({ socket }: AgentProcess): Promise<void> {
  const client = rawControlClient(socket);
  try {
    const method = {
      path: '/datamover.v1.Control/ListAccounts',
      requestStream: false,
      responseStream: false,
    };
    expect(await sendRaw(client, method, [], Date.now() + SERVED_MS)).to.equal(status.OK);
  } finally {
    client.close();
  }
}

/** Whatever the answer, it comes. */
async function expectServed(victim: AgentProcess, name: string, path: string): Promise<void> {
  using peer = await HostilePeer.connect(victim, { name });
  const asked = peer.unary(peerDefinition().InspectTarget, { path: Buffer.from(path) });
  const answer = await asked.then(
    ({ kind }) => kind,
    (error: { code?: string }) => error.code,
  );
  expect(answer).to.be.oneOf(['absent', 'refused', 'path_outside_roots']);
}

function list(directory: string): string[] {
  const words = [directory, '-mindepth', '1', '-printf', '%P %s\n'];
  return execFileSync('find', words, { encoding: 'utf8' }).trim().split('\n').sort();
}

function logSince({ options }: AgentProcess, bytes: number): string {
  return readFileSync(options.logFile).subarray(bytes).toString();
}
