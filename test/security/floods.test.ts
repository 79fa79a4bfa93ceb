import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as http2Connect,
} from 'node:http2';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { peerDefinition } from '../../src/rpc/proto.js';
import type { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { until } from '../support/e2e-until.js';
import { FrameReader } from '../support/mutations/frame-reader.js';
import { MAX_GROWTH, MEBIBYTE, residentBytes } from '../support/resident-memory.js';
import { HostilePeer } from './hostile-peer.js';
import {
  addressOf,
  FRAME,
  headersOf,
  helloMessage,
  http2Frame,
  messageHead,
  PREFACE,
  plainSocket,
  tlsSocket,
} from './raw-http2.js';
import { withstands } from './withstands.js';

describe('floods of an agent', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let victim: AgentProcess;

  before('start an agent', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'victim' }], accounts: false });
    victim = agents.agent('victim');
    using peer = await HostilePeer.connect(victim);
    await peer.unary(peerDefinition().InspectTarget, {
      path: Buffer.from(agents.root('victim', 'x')),
    });
  });
  after('stop it', () => agents?.[Symbol.asyncDispose]());
  const { logged } = withstands({ agents: () => agents, name: 'victim' });

  /** Honest peers are still served. */
  async function expectServed(): Promise<void> {
    using peer = await HostilePeer.connect(victim, { name: 'honest' });
    const path = Buffer.from(agents.root('victim', 'x'));
    expect((await peer.unary(peerDefinition().InspectTarget, { path })).kind).to.equal('absent');
  }

  const memory = () => residentBytes(victim.pid);

  it('46: a message in frames of one byte ends the connection, not the memory', async () => {
    const before = memory();
    const socket = await tlsSocket(victim);
    // Windows are not looked at: all that is sent here fits into the first ones.
    socket.write(PREFACE);
    socket.write(http2Frame(0x4, 0, 0, Buffer.alloc(0)));
    socket.write(http2Frame(0x1, 0x4, 1, headersOf('/datamover.v1.Peer/Hello')));
    socket.write(http2Frame(0x0, 0x1, 1, helloMessage()));
    const streams = [3, 5, 7, 9, 11, 13, 15, 17];
    for (const stream of streams) {
      socket.write(http2Frame(0x1, 0x4, stream, headersOf('/datamover.v1.Peer/Write')));
      socket.write(http2Frame(0x0, 0, stream, messageHead(3 * MEBIBYTE)));
    }
    for (let burst = 0; burst < 200 && !socket.destroyed; burst++) {
      const frames = streams.flatMap((stream) =>
        Array.from({ length: 500 }, () => http2Frame(0x0, 0, stream, Buffer.alloc(1))),
      );
      await new Promise((resolve) => socket.write(Buffer.concat(frames), resolve));
    }
    await settled(memory);
    const grown = memory() - before;
    socket.destroy();
    expect(grown).to.be.lessThan(MAX_GROWTH);
    await expectServed();
  });

  it('45: messages that are begun and not ended, on every stream there may be', async () => {
    const before = memory();
    const sessions = await Promise.all(Array.from({ length: 4 }, () => rawSession(victim)));
    const part = Buffer.alloc(2 * MEBIBYTE);
    for (const session of sessions) {
      for (let at = 0; at < 100; at++) {
        const stream = call(session, 'Write');
        stream.write(messageHead(3 * MEBIBYTE));
        stream.write(part);
      }
    }
    await settled(memory);
    const grown = memory() - before;
    for (const session of sessions) session.destroy();
    // As much may be unfinished as one peer is allowed.
    expect(grown).to.be.lessThan(2 * MAX_GROWTH);
    await expectServed();
  });

  it('46: thousands of streams that are reset at once', async () => {
    const before = memory();
    const session = await rawSession(victim);
    for (let round = 0; round < 50 && !session.destroyed; round++) {
      for (let at = 0; at < 100; at++) call(session, 'ListDatasets').close(8);
      await new Promise((resolve) => setImmediate(resolve));
    }
    session.destroy();
    expect(memory() - before).to.be.lessThan(MAX_GROWTH);
    await expectServed();
  });

  for (const [how, after] of [
    ['reset', http2Frame(0x3, 0, 1, Buffer.from([0, 0, 0, 8]))],
    ['with a frame that is not allowed behind them', http2Frame(0x0, 0, 0, Buffer.alloc(1))],
    ['with a farewell behind them', http2Frame(0x7, 0, 0, Buffer.alloc(8))],
  ] as const) {
    it(`46: calls that nobody serves, ${how} in the same breath, do not end the agent`, async () => {
      const calls = [
        headersOf('/datamover.v1.Peer/Hello', 'text/plain'),
        headersOf('/datamover.v1.Peer/Execute'),
      ];
      for (const headers of calls) {
        for (const flags of [0x4, 0x5]) {
          const socket = await tlsSocket(victim);
          socket.on('error', () => undefined);
          const begin = [PREFACE, http2Frame(0x4, 0, 0, Buffer.alloc(0))];
          socket.write(Buffer.concat([...begin, http2Frame(0x1, flags, 1, headers), after]));
          await expectServed();
          socket.destroy();
        }
      }
    });
  }

  it('46: connections that never speak, and half a handshake, keep nobody out', async () => {
    const sockets: Socket[] = [];
    for (let at = 0; at < 200; at++) sockets.push(plainSocket(victim));
    for (const socket of sockets.slice(100)) socket.write(Buffer.from('160301', 'hex'));
    await expectServed();
    for (const socket of sockets) socket.destroy();
  });

  it('46: connections that are ended for a frame that is not allowed, and hung up, are not kept', async () => {
    for (let at = 0; at < 40; at++) {
      const socket = await tlsSocket(victim);
      await expectEndedForFrame(socket);
      await once(socket, 'close');
    }
    using _ = await HostilePeer.connect(victim);
    const { port } = addressOf(victim);
    await until('no connection is kept', () => {
      const ours = readFileSync(`/proc/${victim.pid}/net/tcp`, 'latin1').split('\n');
      const waiting = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
      return !ours.some((row) => row.includes(waiting) && / 08 /.test(row.slice(0, 40)));
    });
  });

  it('46: so many of them at the control socket leave it open to others', async () => {
    for (let at = 0; at < 600; at++) {
      const socket = connect(victim.socket);
      socket.on('error', () => undefined);
      await expectEndedForFrame(socket);
    }
    await victim.ok('accounts', 'list');
  });

  it('18: clear text is dropped, and nothing of it is answered', async () => {
    const socket = plainSocket(victim);
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    const closed = once(socket, 'close');
    socket.write(PREFACE);
    await closed;
    // At most a TLS alert.
    expect(Buffer.concat(received).length).to.be.lessThan(32);
    await expectServed();
  });

  it('53: calls before Hello, unknown calls, unknown fields', async () => {
    using peer = await HostilePeer.connect(victim, { hello: false });
    const path = Buffer.from(agents.root('victim', 'x'));
    const early = peer.unary(peerDefinition().InspectTarget, { path });
    expect(await codeOf(early)).to.equal('protocol_mismatch');
    await logged('protocol_mismatch');
    const old = { protocol_min: 7, protocol_max: 9, system_guid: 'E1'.repeat(18) };
    expect(await codeOf(peer.unary(peerDefinition().Hello, old))).to.equal('protocol_mismatch');
    const { InspectTarget } = peerDefinition();
    const unknown = { ...InspectTarget, path: '/datamover.v1.Peer/Execute' };
    expect(await codeOf(peer.unary(unknown, { path }))).to.equal('protocol_mismatch');
    const control = { ...InspectTarget, path: '/datamover.v1.Control/ListAccounts' };
    expect(await codeOf(peer.unary(control, { path }))).to.equal('protocol_mismatch');
    const garbage = { ...InspectTarget, requestSerialize: () => Buffer.alloc(64, 0xff) };
    expect(await codeOf(peer.unary(garbage, { path }))).to.not.equal(null);
    await expectServed();
  });

  it('24: a receive of another peer is not known', async () => {
    using peer = await HostilePeer.connect(victim);
    using other = await HostilePeer.connect(victim, { name: 'honest' });
    const { HostileDataset } = await import('./hostile-dataset.js');
    const offer = await new HostileDataset().offer(agents.root('victim', 'session'));
    const session = await peer.begin(offer);
    expect(await codeOf(other.commit(session))).to.equal('not_found');
    expect(await codeOf(other.abort(session))).to.equal('not_found');
    expect(await codeOf(other.send({ session }))).to.equal('not_found');
    expect(await codeOf(other.begin(offer))).to.equal('target_owned');
    await peer.abort(session);
  });

  it('51: lanes without end keep no worker from the others', async () => {
    using peer = await HostilePeer.connect(victim);
    const { content, HostileDataset, gfid, fileHead } = await import('./hostile-dataset.js');
    const stop = new AbortController();
    const open: Promise<unknown>[] = [];
    for (let at = 0; at < 6; at++) {
      const dataset = new HostileDataset();
      for (let file = 0; file < 16; file++) {
        dataset.add(gfid(64 * file + 2), `f${file}`, 'file', { size: 1n });
      }
      const offer = await dataset.offer(agents.root('victim', `lanes-${at}`), { lanes: 16 });
      const session = await peer.begin(offer);
      const requests = async function* () {
        yield { session, ...dataset.structure() };
        for (let lane = 0; lane < 16; lane++) {
          yield content((writer) => fileHead(writer, gfid(64 * lane + 2), 1), lane);
        }
        await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
      };
      open.push(peer.drain(requests(), stop.signal).catch((error: Error) => error));
    }
    await settled(memory);
    using honest = await HostilePeer.connect(victim, { name: 'honest' });
    const mine = new HostileDataset().add(gfid(2), 'd', 'dir');
    const target = agents.root('victim', 'mine');
    const session = await honest.begin(await mine.offer(target));
    await honest.send(
      { session, ...mine.structure() },
      { ...(await import('./hostile-dataset.js')).END },
    );
    await honest.commit(session);
    stop.abort();
    const ends = await Promise.all(open);
    expect(ends.map((error) => (error as { code?: string }).code)).to.include('peer_busy');
  });
});

/**
 * Sends a frame of a stream that was never begun, for which the connection is ended, and hangs up.
 */
async function expectEndedForFrame(socket: Socket): Promise<void> {
  const frames = new FrameReader();
  socket.on('data', (bytes: Buffer) => frames.take(bytes));
  socket.once('close', () => frames.end());
  socket.write(PREFACE);
  socket.write(http2Frame(FRAME.settings, 0, 0, Buffer.alloc(0)));
  socket.write(http2Frame(FRAME.data, 0, 3, Buffer.alloc(1)));
  expect(await frames.markOrEnd(Buffer.alloc(8))).to.equal('ended');
  socket.destroy();
}

/** Waits until the measure grows no more. */
async function settled(measure: () => number): Promise<void> {
  let last = -1;
  await until('the memory of the agent stays the same', async () => {
    const now = measure();
    const isSame = Math.abs(now - last) < MEBIBYTE;
    last = now;
    return isSame;
  });
}

async function rawSession(agent: AgentProcess): Promise<ClientHttp2Session> {
  const { host, port } = addressOf(agent);
  const socket = await tlsSocket(agent);
  socket.pause();
  const session = http2Connect(`https://${host}:${port}`, { createConnection: () => socket });
  session.on('error', () => undefined);
  const hello = call(session, 'Hello');
  hello.end(helloMessage());
  hello.resume();
  await once(hello, 'close');
  return session;
}

function call(session: ClientHttp2Session, method: string): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': `/datamover.v1.Peer/${method}`,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', () => undefined);
  return stream;
}

async function codeOf(work: Promise<unknown>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
