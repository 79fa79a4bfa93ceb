import { expect } from 'chai';
import { TokenBucket } from '../../../src/rpc/pacing/token-bucket.js';
import { until } from '../../support/e2e-until.js';

const RATE = 1_000_000;

describe('a token bucket', () => {
  let now: number;
  let bucket: TokenBucket;
  beforeEach(() => {
    now = 0;
    bucket = new TokenBucket({ rate: RATE }, { now: () => now });
  });
  afterEach(() => bucket.release());

  /** Bytes that may go at once, in pieces of 1,000. */
  const atOnce = (): number => {
    let gone = 0;
    for (let isHeld = false; !isHeld; ) {
      isHeld = true;
      bucket.take(1_000, () => {
        isHeld = false;
      });
      if (!isHeld) gone += 1_000;
    }
    return gone;
  };

  it('gives those who waited what a late timer kept from them', async () => {
    expect(atOnce()).to.equal(1_000);
    let isServed = false;
    bucket.take(1_000, () => {
      isServed = true;
    });
    now += 200;
    await until('the timer has come', () => isServed);
    expect(atOnce()).to.be.within(196_000, 200_000);
  });

  it('gives them no more than a quarter of a second of it', async () => {
    expect(atOnce()).to.equal(1_000);
    now += 60_000;
    let isServed = false;
    bucket.take(1_000, () => {
      isServed = true;
    });
    await until('the timer has come', () => isServed);
    expect(atOnce()).to.be.within(246_000, 250_000);
  });

  it('keeps for the next what those who asked just now could not take', () => {
    bucket.take(1_000, () => undefined);
    now += 100;
    expect(atOnce()).to.be.within(98_000, 100_000);
  });

  it('saves nothing up while nobody wants it', async () => {
    bucket.take(1_000, () => undefined);
    now += 60_000;
    expect(atOnce()).to.be.within(20_000, 21_000);
  });

  it('forgets what was left of a late timer', async () => {
    expect(atOnce()).to.equal(1_000);
    now += 200;
    let isServed = false;
    bucket.take(1_000, () => {
      isServed = true;
    });
    await until('the timer has come', () => isServed);
    now += 600;
    expect(atOnce()).to.be.within(20_000, 21_000);
  });

  it('lets go at a new rate no more than that one allows', async () => {
    expect(atOnce()).to.equal(1_000);
    now += 200;
    let isServed = false;
    bucket.take(1_000, () => {
      isServed = true;
    });
    await until('the timer has come', () => isServed);
    bucket.setRate(RATE / 100);
    expect(atOnce()).to.be.at.most(RATE / 100 / 4 + 1_000);
  });
});
