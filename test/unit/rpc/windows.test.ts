import { expect } from 'chai';
import { PeerSource } from '../../../src/endpoint/peer/peer-source.js';
import { PeerTarget } from '../../../src/endpoint/peer/peer-target.js';
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

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
