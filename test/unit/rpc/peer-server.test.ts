import { expect } from 'chai';
import { peerUid } from '../../../src/endpoint/local/sys/socket-peer.js';
import { PeerMaker } from '../../../src/endpoint/peer/peer-maker.js';
import { PeerSource } from '../../../src/endpoint/peer/peer-source.js';
import { PeerTarget } from '../../../src/endpoint/peer/peer-target.js';
import type { DmError } from '../../../src/model/error.js';
import type { PeerRight } from '../../../src/model/peer-right.js';
import { PeerChannel } from '../../../src/rpc/peer-channel.js';
import { peerDefinition } from '../../../src/rpc/proto.js';
import { makeCrl, makeIdentity, spkiOf, testPki } from '../../support/certificates.js';
import { until } from '../../support/e2e-until.js';
import { MemoryPlace } from '../../support/memory-endpoint.js';
import { memoryTree } from '../../support/memory-tree.js';
import { TempDirectory } from '../../support/temp-directory.js';
import {
  CLIENT_CARD,
  collect,
  failureOf,
  materialOf,
  SERVER_CARD,
  type TestServer,
  testChannel,
  testServer,
} from './peer-pair.js';
import { rawClient } from './raw-client.js';
import { offerOf, SyntheticPlace } from './synthetic-place.js';

/**
 * A connection that is ended lingers for a moment: on a busy machine
 * the reason may not get through in it.
 */
const TOLD_OR_CUT = ['peer_untrusted', 'peer_unreachable'];

describe('peer server', () => {
  const { ca, beta } = testPki();
  const signal = new AbortController().signal;
  let place: SyntheticPlace;
  let served: TestServer;
  let channel: PeerChannel;

  beforeEach(async () => {
    place = new SyntheticPlace(1_000);
    served = await testServer(place);
    channel = testChannel(served.server.port);
  });
  afterEach(async () => {
    await channel.close();
    await served[Symbol.asyncDispose]();
  });

  const gamma = makeIdentity(ca, { name: 'gamma' });
  const otherPeer = () => testChannel(served.server.port, { material: () => materialOf(gamma) });

  it('tells who it is and what the caller may do', async () => {
    served.allowed.delete('privileged');
    const hello = await channel.hello(signal);
    expect(hello.systemGuid).to.equal(SERVER_CARD.systemGuid);
    expect(hello.programVersion).to.equal('0.1.0-server');
    expect(hello.allowed).to.deep.equal(['read', 'create', 'write', 'expire', 'work']);
    expect(hello.roots.map(String)).to.deep.equal(['/data']);
  });

  it('serves nothing before Hello', async () => {
    await using raw = rawClient(served.server.port);
    const { ListDatasets, Hello } = peerDefinition();
    const error = await failureOf(collect(raw.stream(ListDatasets, {})));
    expect(error.code).to.equal('protocol_mismatch');
    await raw.unary(Hello, {
      protocol_min: 1,
      protocol_max: 1,
      system_guid: CLIENT_CARD.systemGuid,
    });
    expect(await collect(raw.stream(ListDatasets, {}))).to.have.length(1);
  });

  it('refuses a caller of another protocol, naming both programs', async () => {
    await using raw = rawClient(served.server.port);
    for (const [min, max] of [
      [0, 0],
      [3, 9],
    ] as const) {
      const request = {
        protocol_min: min,
        protocol_max: max,
        program_version: '7.5',
        system_guid: CLIENT_CARD.systemGuid,
      };
      const error = await failureOf(raw.unary(peerDefinition().Hello, request));
      expect(error.code).to.equal('protocol_mismatch');
      expect(error.message).to.include('7.5').and.to.include('0.1.0-server');
    }
  });

  it('refuses a copy of itself, on both sides', async () => {
    const card = { ...CLIENT_CARD, systemGuid: SERVER_CARD.systemGuid };
    await using twin = testChannel(served.server.port, { card });
    const error = await failureOf(twin.hello(signal));
    expect(error.code).to.equal('duplicate_system');
    const material = materialOf(testPki().alpha);
    await using itself = testChannel(served.server.port, { card, material: () => material });
    expect((await itself.hello(signal)).systemGuid).to.equal(SERVER_CARD.systemGuid);
  });

  it('checks the right of every method, naming right and peer', async () => {
    const source = new PeerSource(channel);
    const target = new PeerTarget(channel);
    const maker = new PeerMaker(channel);
    const create = () =>
      maker.create(
        {
          basePath: Buffer.from('/data/source'),
          name: 'n',
          excludes: [],
          snapshot: 'auto',
          retention: { periodSeconds: null, reserve: 0 },
          acceptSource: false,
          partial: 'allow',
          requestId: 'r1',
        },
        () => undefined,
        signal,
      );
    const calls: [PeerRight, () => Promise<unknown>][] = [
      ['read', () => source.open({ number: 1 }, signal)],
      ['read', () => maker.verify({ number: 1 }, () => undefined, signal)],
      ['create', create],
      ['write', () => target.inspect(Buffer.from('/data/t'), signal)],
      ['write', () => target.begin(offerOf(), signal)],
    ];
    for (const [right, call] of calls) {
      await call();
      served.allowed.delete(right);
      const error = await failureOf(call());
      expect(error.code).to.equal('refused');
      expect(error.data).to.deep.equal({ right, identity: `spki:${spkiOf(beta)}` });
      expect(error.message).to.include('"beta"').and.to.include('--peer-access');
      served.allowed.add(right);
    }
    expect(served.refused.map(({ error }) => (error as DmError).code)).to.include('refused');
  });

  it('lets a peer that may only write see the datasets of the target', async () => {
    served.allowed.delete('read');
    const listed = await collect(new PeerTarget(channel).listDatasets({}, signal));
    expect(listed).to.have.length(1);
  });

  it('takes the owner of a tree from the certificate, never from the wire', async () => {
    const plain = new MemoryPlace();
    await using other = await testServer(plain);
    await using link = testChannel(other.server.port);
    await new PeerTarget(link).begin(offerOf(), signal);
    expect(plain.offers[0]?.owner).to.equal(`spki:${spkiOf(beta)}`);
  });

  it('hides a session from every other identity', async () => {
    const { Begin, Abort } = peerDefinition();
    const { offerToWire } = await import('../../../src/rpc/codec/target-codec.js');
    const { session } = await channel.unary(Begin, offerToWire(offerOf()), signal);
    await using stranger = otherPeer();
    const error = await failureOf(stranger.unary(Abort, { session }, signal));
    expect(error.code).to.equal('not_found');
    await using sameAgain = testChannel(served.server.port);
    await sameAgain.unary(Abort, { session }, signal);
    const gone = await failureOf(channel.unary(Abort, { session }, signal));
    expect(gone.code).to.equal('not_found');
  });

  it('calls the loss of a session transient for the copy that uses it', async () => {
    const session = await new PeerTarget(channel).begin(offerOf(), signal);
    await session.abort(signal);
    const error = await failureOf(collect(session.write(place.batches(), signal)));
    expect(error.code).to.equal('session_superseded');
    expect(error.transient).to.equal(true);
  });

  it('lets a caller have only so many sessions', async () => {
    const target = new PeerTarget(channel);
    const begun = Array.from({ length: 65 }, (_, copy) =>
      target.begin(
        { ...offerOf(), targetPath: Buffer.from(`/data/copy-${copy}`) },
        new AbortController().signal,
      ),
    );
    const failed = (await Promise.allSettled(begun)).filter(({ status }) => status === 'rejected');
    expect(failed).to.have.length(1);
    await using stranger = otherPeer();
    await new PeerTarget(stranger).begin(offerOf(), signal);
  });

  it('reports what a dataset maker does', async () => {
    const maker = new PeerMaker(channel);
    place.add(memoryTree(Object.fromEntries([...'abcdefgh'].map((c) => [c, c])), 1n));
    const bad: string[] = [];
    const result = await maker.verify(
      { number: 2 },
      (progress) => bad.push(...progress.bad.map(({ path }) => String(path))),
      signal,
    );
    expect(result.bad).to.equal(8);
    expect(bad).to.deep.equal(['f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8']);
    const [made] = place.datasets;
    const lacking: string[] = [];
    await maker.create(
      {
        basePath: made?.info.basePath ?? Buffer.from(''),
        name: 'new',
        excludes: [],
        snapshot: 'auto',
        retention: { periodSeconds: null, reserve: 0 },
        acceptSource: false,
        partial: 'allow',
        requestId: 'create',
      },
      ({ failures }) => lacking.push(...failures.map(({ path }) => String(path))),
      signal,
    );
    expect(lacking).to.deep.equal(['hidden']);
  });

  it('rejects requests that are impossible', async () => {
    const { Lookup, Begin, Changes, InspectTarget } = peerDefinition();
    const dataset = { number: 1 };
    const name = (text: string) => Buffer.from(text, 'latin1');
    const bad: (() => Promise<unknown>)[] = [
      ...['', '.', '..', 'a/b', 'a\0b', 'n'.repeat(256)].map(
        (path) => () => channel.unary(Lookup, { dataset, path: [name(path)] }, signal),
      ),
      ...[
        '',
        'relative',
        '/data/../etc',
        '/data//x',
        '/data/./x',
        '/data/\0',
        `/${'p'.repeat(4_095)}`,
      ].map((path) => () => channel.unary(InspectTarget, { path: name(path) }, signal)),
      () => channel.unary(Lookup, { path: [] }, signal),
      () => channel.unary(Lookup, { dataset: { number: '0' }, path: [] }, signal),
      () =>
        channel.unary(Lookup, { dataset: { number: '18446744073709551615' }, path: [] }, signal),
      () => channel.unary(Lookup, { dataset: { id: 'no id' }, path: [] }, signal),
      () => channel.unary(Begin, {}, signal),
      ...[0, 17, 4_294_967_295].map(
        (lanes) => () => collect(channel.stream(Changes, { dataset, lanes }, signal)),
      ),
      () => collect(channel.stream(Changes, { dataset, lanes: 1, files: ['0'] }, signal)),
      () =>
        collect(
          channel.stream(Changes, { dataset, lanes: 2, resume: { lanes: 2, tokens: [] } }, signal),
        ),
      () =>
        collect(channel.stream(Changes, { dataset, lanes: 1, subpaths: [name('../x')] }, signal)),
    ];
    for (const [index, call] of bad.entries()) {
      expect((await failureOf(call())).code, `request ${index}`).to.equal('protocol_error');
    }
  });

  it('ends streams whose right was taken away, and keeps the others', async () => {
    const reader = await new PeerSource(channel).open({ number: 1 }, signal);
    const request = { base: null, subpaths: [], lanes: 1, resume: null };
    const stream = reader.changes(request, signal)[Symbol.asyncIterator]();
    await stream.next();
    served.allowed.delete('read');
    await served.server.recheck();
    const error = await failureOf(drain(stream));
    expect(error.code).to.equal('refused');
    expect(place.produced).to.be.lessThan(1_000);
    await new PeerTarget(channel).inspect(Buffer.from('/data/t'), signal);
  });

  it('ends streams of a peer whose certificate was revoked, and lets it in no more', async () => {
    const reader = await new PeerSource(channel).open({ number: 1 }, signal);
    const request = { base: null, subpaths: [], lanes: 1, resume: null };
    const stream = reader.changes(request, signal)[Symbol.asyncIterator]();
    await stream.next();
    served.trust.crls = [makeCrl(ca, { revoked: [beta] })];
    await served.server.recheck();
    const error = await failureOf(drain(stream));
    expect(error.code).to.be.oneOf(TOLD_OR_CUT);
    expect(place.produced).to.be.lessThan(1_000);
    await using next = testChannel(served.server.port);
    const again = await failureOf(next.hello(signal));
    expect(again.code).to.equal('peer_untrusted');
  });

  it('notices a revocation by itself within seconds', async () => {
    const reader = await new PeerSource(channel).open({ number: 1 }, signal);
    const request = { base: null, subpaths: [], lanes: 1, resume: null };
    const stream = reader.changes(request, signal)[Symbol.asyncIterator]();
    await stream.next();
    served.trust.revoked = new Set([spkiOf(beta)]);
    const start = performance.now();
    const ended = new Promise<void>((resolve) => {
      const check = setInterval(() => {
        if (served.refused.length === 0) return;
        clearInterval(check);
        resolve();
      }, 50);
    });
    await ended;
    expect((await failureOf(drain(stream))).code).to.be.oneOf(TOLD_OR_CUT);
    expect(performance.now() - start).to.be.lessThan(10_000);
  });

  it('ends what a peer does when its certificate runs out', async () => {
    const notAfter = new Date(Date.now() + 4_000);
    const short = makeIdentity(ca, { name: 'short', notAfter });
    await using link = testChannel(served.server.port, { material: () => materialOf(short) });
    const reader = await new PeerSource(link).open({ number: 1 }, signal);
    const request = { base: null, subpaths: [], lanes: 1, resume: null };
    const stream = reader.changes(request, signal)[Symbol.asyncIterator]();
    await stream.next();
    await until('it is told', () => served.refused.length > 0, 15_000);
    expect(Date.now()).to.be.above(notAfter.getTime() - 1_000);
    const reasons = served.refused.map(({ error }) => (error as DmError).data.reason);
    expect(reasons).to.deep.equal(['expired']);
    expect((await failureOf(drain(stream))).code).to.be.oneOf(TOLD_OR_CUT);
  });

  it('tells its callers when it stops', async () => {
    const reader = await new PeerSource(channel).open({ number: 1 }, signal);
    const request = { base: null, subpaths: [], lanes: 1, resume: null };
    const stream = reader.changes(request, signal)[Symbol.asyncIterator]();
    await stream.next();
    await served.server.close();
    const error = await failureOf(drain(stream));
    expect(error.code).to.equal('shutting_down');
    expect(error.transient).to.equal(true);
  });

  it('serves this agent itself on a socket of its own', async () => {
    using directory = new TempDirectory();
    const path = directory.join('peer.sock');
    const plain = new MemoryPlace();
    await using own = await testServer(plain, { listen: { kind: 'unix', path, peerUid } });
    await using loopback = new PeerChannel({ dial: { kind: 'unix', path }, card: SERVER_CARD });
    await new PeerTarget(loopback).begin(offerOf(), signal);
    expect(plain.offers[0]?.owner).to.equal('loopback');
    expect(own.refused).to.have.length(0);
  });
});

async function drain(stream: AsyncIterator<unknown>): Promise<void> {
  while (!(await stream.next()).done) {
    // What was on its way may still come.
  }
}
