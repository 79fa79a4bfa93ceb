import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { DatasetReader, Source } from '../../../src/endpoint/source.js';
import { ReaderPool } from '../../../src/rpc/reader-pool.js';

/** As many as a pool keeps. */
const KEPT = 16;
const OPENING_MS = 5;
const HOUR_MS = 3_600_000;

describe('readers that the calls of a connection share', () => {
  let now: number;
  let pool: ReaderPool;
  /** How often each reader that was opened has been closed. */
  let closed: number[];
  const source = {
    open: async () => {
      const at = closed.push(0) - 1;
      await delay(OPENING_MS);
      return {
        [Symbol.asyncDispose]: async () => {
          closed[at] = (closed[at] ?? 0) + 1;
          await delay(OPENING_MS);
        },
      } as unknown as DatasetReader;
    },
  } as unknown as Source;
  const hold = (number: number) => pool.hold(source, { number });
  const use = async (number: number) => {
    await using _held = await hold(number);
  };

  beforeEach(async () => {
    now = 0;
    closed = [];
    pool = new ReaderPool(() => now);
    for (let number = 0; number < KEPT; number++) await use(number);
  });

  it('are opened once for calls that come together, also when there is no room', async () => {
    await Promise.all([use(99), use(99)]);
    expect(closed).to.have.length(KEPT + 1);
    await pool.close();
    expect(closed).to.deep.equal(closed.map(() => 1));
  });

  it('are not closed for others while a call has them', async () => {
    const [held] = await Promise.all([hold(0), use(99)]);
    expect(closed[0]).to.equal(0);
    await held[Symbol.asyncDispose]();
    await pool.close();
    expect(closed).to.deep.equal(closed.map(() => 1));
  });

  it('are closed once when their last user leaves while others are being closed', async () => {
    const held = await hold(KEPT - 1);
    const forgotten = pool.forget();
    await held[Symbol.asyncDispose]();
    await forgotten;
    expect(closed).to.deep.equal(closed.map(() => 1));
  });

  it('are closed a minute after they were let go, and not before', async () => {
    await using _held = await hold(5);
    await pool.sweep();
    expect(closed).to.deep.equal(closed.map(() => 0));
    now = HOUR_MS;
    await pool.sweep();
    expect(closed).to.deep.equal(closed.map((_, at) => (at === 5 ? 0 : 1)));
  });
});
