import { once } from 'node:events';
import { createServer, type ServerHttp2Session } from 'node:http2';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { expect } from 'chai';
import { PeerSource } from '../../../src/endpoint/peer/peer-source.js';
import { PeerTarget } from '../../../src/endpoint/peer/peer-target.js';
import { applyServerWindow } from '../../../src/rpc/windows.js';
import { DelayingProxy } from '../../support/delaying-proxy.js';
import { testChannel, testServer } from './peer-pair.js';
import { offerOf, SyntheticPlace } from './synthetic-place.js';

/** Long, so that it outweighs what a busy machine takes for the bytes. */
const DELAY_MS = 50;
const SLOW_BATCHES = 1;
const BATCHES = 24;
const MIB = 1_048_576;
/**
 * HTTP/2's own window lets 64 KiB through per round trip: these many bytes would take this long.
 */
const UNOPENED_MS = ((BATCHES * MIB) / 65_535) * 2 * DELAY_MS;

describe('flow-control windows', () => {
  const signal = new AbortController().signal;

  for (const [what, window, fast] of [
    ['with our windows', undefined, true],
    ['with the window of HTTP/2', 65_535, false],
  ] as const) {
    it(`${what} a delayed connection is ${fast ? 'fast' : 'slow'}, both ways`, async () => {
      const place = new SyntheticPlace(fast ? BATCHES : SLOW_BATCHES);
      await using served = await testServer(place, { ...(window && { window }) });
      await using proxy = await DelayingProxy.open({ port: served.server.port, delayMs: DELAY_MS });
      await using channel = testChannel(proxy.port, { ...(window && { window }) });
      await channel.hello(signal);
      const limit = fast ? UNOPENED_MS / 2 : (UNOPENED_MS * SLOW_BATCHES) / BATCHES / 2;
      const check = (ms: number) =>
        fast ? expect(ms).to.be.lessThan(limit) : expect(ms).to.be.greaterThan(limit);
      check(await timed(() => pull(channel)));
      check(await timed(() => push(channel, place)));
    });
  }

  async function pull(channel: ReturnType<typeof testChannel>): Promise<void> {
    await using reader = await new PeerSource(channel).open({ number: 1 }, signal);
    const request = { base: null, subpaths: [], lanes: 1, resume: null };
    for await (const batch of reader.changes(request, signal)) expect(batch.lane).to.equal(0);
  }

  async function push(
    channel: ReturnType<typeof testChannel>,
    place: SyntheticPlace,
  ): Promise<void> {
    await using session = await new PeerTarget(channel).begin(offerOf(place.info), signal);
    for await (const ack of session.write(place.batches(), signal)) expect(ack.lane).to.equal(0);
  }
});

describe('the window of a peer that answers no settings', () => {
  it('may be changed as often as one likes: in the end the peer is disconnected', async () => {
    const server = createServer();
    server.on('sessionError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connectTcp((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => undefined);
    try {
      const opened = once(server, 'session');
      await once(client, 'connect');
      // It says hello, and then nothing more.
      client.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
      client.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
      const [session] = (await opened) as [ServerHttp2Session];
      session.on('error', () => undefined);
      for (let change = 0; change < 40 && !session.destroyed; change++) {
        applyServerWindow(session, 65_536 + change);
      }
      expect(session.destroyed).to.equal(true);
    } finally {
      client.destroy();
      server.close();
    }
  });
});

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
