import { Readable } from 'node:stream';
import { expect } from 'chai';
import { watchRate } from '../../../../../src/endpoint/object/store/s3/rate-watch.js';
import { QUICK } from '../../../../support/s3-store.js';
import { SetClock } from '../../../../support/set-clock.js';

const DAY_MS = 86_400_000;
const WINDOW_MS = 1_000;
const START_MS = Date.parse('2026-01-02T00:00:00Z');
const timing = { ...QUICK, rateWindowMs: WINDOW_MS, minBytesPerSecond: 1_000 };

describe('the lowest rate of a body', () => {
  let clock: SetClock;
  let body: Readable;
  beforeEach(() => {
    clock = new SetClock(START_MS);
    body = new Readable({ read: () => undefined });
  });

  /** Reads until nothing comes any more; returns how that ended. */
  async function read(): Promise<string> {
    try {
      for await (const _ of watchRate(body, { clock, timing }));
      return 'whole';
    } catch (error) {
      return String(error);
    }
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  /** What was pushed is taken, then a window is over, whatever the clock says. */
  async function windowAt(ms: number): Promise<void> {
    await turn();
    await clock.asleep();
    clock.set(new Date(ms).toISOString());
    clock.wakeAll();
    await turn();
  }

  it('fails one that stands still for a window, whenever the clock was set back before', async () => {
    const end = read();
    await windowAt(START_MS - DAY_MS);
    expect(body.destroyed).to.equal(false);
    await windowAt(START_MS - DAY_MS + WINDOW_MS);
    expect(body.destroyed).to.equal(true);
    expect(await end).to.match(/0 bytes in 1000 ms/);
  });

  it('leaves one that comes as fast as it must, over a clock that is set', async () => {
    const end = read();
    for (const ms of [START_MS + WINDOW_MS, START_MS + 3_652 * DAY_MS, START_MS - DAY_MS]) {
      body.push(Buffer.alloc(timing.minBytesPerSecond));
      await windowAt(ms);
      expect(body.destroyed).to.equal(false);
    }
    body.push(null);
    expect(await end).to.equal('whole');
  });
});
