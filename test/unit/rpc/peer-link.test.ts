import { expect } from 'chai';
import type { ChangeBatch } from '../../../src/endpoint/change-stream.js';
import type { IdleClock } from '../../../src/rpc/link/idle-clock.js';
import { PeerLink, type SendingStream } from '../../../src/rpc/link/peer-link.js';
import { ReceiveWait } from '../../../src/rpc/link/receive-wait.js';

const MIB = 1_048_576;
const BATCH: ChangeBatch = {
  phase: 'content',
  lane: 0,
  token: new Uint8Array(0),
  payload: new Uint8Array(MIB),
  files: 0,
  bytes: 0,
  changedBytes: 0,
  readBytes: 0,
};

describe('the way to a peer', () => {
  let nowMs = 0;
  let idle = 1;
  const clock: IdleClock = { now: () => nowMs, idleShares: () => () => idle };
  const changes: boolean[] = [];
  let link: PeerLink;

  beforeEach(() => {
    nowMs = 5_000;
    idle = 1;
    changes.length = 0;
    link = new PeerLink({ onChange: (on) => changes.push(on), clock });
  });

  /**
   * Sends batches, each of which waits for the link and for its source; the
   * peer waits for a share of the time.
   */
  async function send(
    stream: SendingStream,
    count: number,
    ms: { link: number; source: number },
    peerWaits = 1,
  ): Promise<void> {
    let waited = 0;
    async function* batches() {
      for (let index = 0; index < count; index++) {
        nowMs += ms.source;
        yield BATCH;
      }
    }
    stream.restart();
    for await (const _ of stream.timed(batches())) {
      nowMs += ms.link;
      waited += (ms.link + ms.source) * peerWaits;
      stream.report(Math.floor(waited), false);
    }
  }

  it('is compressed when both ends wait for it, and not when it has become fast', async () => {
    using stream = link.open('auto');
    await send(stream, 10, { link: 50, source: 0 });
    expect(stream.compression.isOn).to.equal(false);
    await send(stream, 20, { link: 50, source: 0 });
    expect(stream.compression.isOn).to.equal(true);
    await send(stream, 1_000, { link: 0.5, source: 8 });
    expect(stream.compression.isOn).to.equal(false);
    expect(changes).to.deep.equal([true, false]);
  });

  it('is not compressed when an end is what holds things up', async () => {
    using stream = link.open('auto');
    await send(stream, 200, { link: 50, source: 0 }, 0.3);
    await send(stream, 200, { link: 5, source: 45 });
    idle = 0.2;
    await send(stream, 200, { link: 50, source: 0 });
    expect(changes).to.deep.equal([]);
  });

  it('is compressed for all its streams together, also those that come later', async () => {
    using one = link.open('auto');
    using other = link.open('auto');
    await send(one, 40, { link: 50, source: 0 });
    expect(other.compression.isOn).to.equal(true);
    using third = link.open('auto');
    expect(third.compression.isOn).to.equal(true);
  });

  it('is compressed at once and for ever when told so, and when the peer asks for it', async () => {
    using always = link.open('zstd');
    expect(always.compression.isOn).to.equal(true);
    await send(always, 1_000, { link: 0.5, source: 8 });
    expect(always.compression.isOn).to.equal(true);
    using stream = link.open('auto');
    stream.report(0, true);
    expect(stream.compression.isOn).to.equal(true);
    stream.report(0, false);
    expect(stream.compression.isOn).to.equal(false);
  });

  it('is measured at its other end by the time that there was nothing to do', async () => {
    const wait = new ReceiveWait(clock);
    async function* messages() {
      for (let index = 0; index < 4; index++) {
        nowMs += 100;
        yield index;
      }
    }
    const seen: number[] = [];
    for await (const message of wait.timed(messages())) {
      nowMs += 30;
      idle = message < 2 ? 1 : 0.5;
      seen.push(wait.read());
    }
    expect(seen).to.deep.equal([100, 200, 250, 300]);
  });
});
