import { expect } from 'chai';
import { PeerSource } from '../../../src/endpoint/peer/peer-source.js';
import { PeerTarget } from '../../../src/endpoint/peer/peer-target.js';
import { DmError } from '../../../src/model/error.js';
import type { PeerChannel } from '../../../src/rpc/peer-channel.js';
import { DelayingProxy } from '../../support/delaying-proxy.js';
import { collect, failureOf, type TestServer, testChannel, testServer } from './peer-pair.js';
import { offerOf, SyntheticPlace } from './synthetic-place.js';

const WHOLE = { base: null, subpaths: [], lanes: 1, resume: null };
const MIB = 1_048_576;

describe('connections of a peer channel', () => {
  const signal = new AbortController().signal;
  let place: SyntheticPlace;
  let served: TestServer;
  let proxy: DelayingProxy;
  let channel: PeerChannel;

  async function start(batches: number): Promise<void> {
    place = new SyntheticPlace(batches);
    served = await testServer(place);
    proxy = await DelayingProxy.open({ port: served.server.port });
    channel = testChannel(proxy.port);
  }
  afterEach(async () => {
    await channel.close();
    await proxy[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  it('counts the bytes on the wire within 2 %, both ways', async () => {
    await start(20);
    await using reader = await new PeerSource(channel).open({ number: 1 }, signal);
    await collect(reader.changes(WHOLE, signal));
    expect(channel.bytesReceived).to.be.within(proxy.bytes.down * 0.98, proxy.bytes.down * 1.02);
    expect(channel.bytesReceived).to.be.greaterThan(20 * MIB);
    const session = await new PeerTarget(channel).begin(offerOf(), signal);
    await collect(session.write(place.batches(), signal));
    expect(channel.bytesSent).to.be.within(proxy.bytes.up * 0.98, proxy.bytes.up * 1.02);
    expect(channel.bytesSent).to.be.greaterThan(20 * MIB);
    const { bytesSent, bytesReceived } = channel;
    await channel.close();
    expect(channel.bytesSent).to.be.within(bytesSent, bytesSent + 1_000);
    expect(channel.bytesReceived).to.be.within(bytesReceived, bytesReceived + 1_000);
  });

  it('fails a stream that is cut as unreachable, and connects again at the next call', async () => {
    await start(1_000);
    await using reader = await new PeerSource(channel).open({ number: 1 }, signal);
    const stream = reader.changes(WHOLE, signal)[Symbol.asyncIterator]();
    await stream.next();
    proxy.cut();
    const error = await failureOf(drain(stream));
    expect(error.code).to.equal('peer_unreachable');
    expect(error.transient).to.equal(true);
    const before = channel.bytesReceived;
    expect(await collect(new PeerSource(channel).listDatasets({}, signal))).to.have.length(1);
    expect(channel.bytesReceived).to.be.greaterThan(before);
  });

  it('fails a write that is cut as unreachable, on both sides', async () => {
    await start(1_000);
    const session = await new PeerTarget(channel).begin(offerOf(), signal);
    const stream = session.write(place.batches(), signal)[Symbol.asyncIterator]();
    await stream.next();
    proxy.cut();
    expect((await failureOf(drain(stream))).code).to.equal('peer_unreachable');
    expect(place.taken).to.be.lessThan(1_000);
  });

  it('goes on after a stall', async () => {
    await start(40);
    await using reader = await new PeerSource(channel).open({ number: 1 }, signal);
    const stream = reader.changes(WHOLE, signal)[Symbol.asyncIterator]();
    await stream.next();
    proxy.stall();
    setTimeout(() => proxy.resume(), 300);
    let count = 1;
    while (!(await stream.next()).done) count++;
    expect(count).to.equal(40);
  });

  it('reads a stream no faster than it is consumed', async () => {
    await start(1_000);
    await using reader = await new PeerSource(channel).open({ number: 1 }, signal);
    const stream = reader.changes(WHOLE, signal)[Symbol.asyncIterator]();
    await stream.next();
    await settled(() => place.produced);
    expect(place.produced).to.be.lessThan(100);
    await stream.return?.();
    await settled(() => place.produced);
    expect(place.produced).to.be.lessThan(120);
  });

  it('takes batches to write no faster than the peer applies them', async () => {
    await start(150);
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    place.beforeTaking = () => held;
    const session = await new PeerTarget(channel).begin(offerOf(), signal);
    const written = collect(session.write(place.batches(), signal));
    await settled(() => place.produced);
    expect(place.produced).to.be.lessThan(100);
    go();
    expect(await written).to.have.length(150);
  });

  it('gives the error of the batches to the one who writes them', async () => {
    await start(1);
    const session = await new PeerTarget(channel).begin(offerOf(), signal);
    const failing = (async function* () {
      yield* place.batches();
      throw new DmError('unreadable', 'the source failed');
    })();
    const error = await failureOf(collect(session.write(failing, signal)));
    expect(error.code).to.equal('unreadable');
  });

  it('stops everything on request, and can be used afterwards', async () => {
    await start(1_000);
    const abort = new AbortController();
    await using reader = await new PeerSource(channel).open({ number: 1 }, signal);
    const stream = reader.changes(WHOLE, abort.signal)[Symbol.asyncIterator]();
    await stream.next();
    abort.abort();
    expect((await failureOf(drain(stream))).code).to.equal('cancelled');
    expect(await collect(new PeerSource(channel).listDatasets({}, signal))).to.have.length(1);
  });

  it('tries its addresses in order', async () => {
    await start(1);
    const closed = await DelayingProxy.open({ port: 1 });
    const dead = closed.address;
    await closed[Symbol.asyncDispose]();
    await using both = testChannel(0, { addresses: [dead, proxy.address] });
    expect((await both.hello(signal)).address).to.equal(proxy.address);
    await using none = testChannel(0, { addresses: [dead, dead] });
    expect((await failureOf(none.hello(signal))).code).to.equal('peer_unreachable');
  });
});

async function drain(stream: AsyncIterator<unknown>): Promise<void> {
  while (!(await stream.next()).done) {
    // What was on its way may still come.
  }
}

/** Resolves when a number has not changed for 300 ms. */
async function settled(read: () => number): Promise<void> {
  let before = Number.NaN;
  while (before !== read()) {
    before = read();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
