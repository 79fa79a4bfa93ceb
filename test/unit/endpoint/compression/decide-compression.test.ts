import { expect } from 'chai';
import {
  type CompressionState,
  decideCompression,
  INITIAL_COMPRESSION,
  type LinkInterval,
} from '../../../../src/endpoint/compression/decide-compression.js';

const STEP_MS = 500;
const MB = 1_000_000;

/** What is seen of a link that is the bottleneck for `bound` of the time, at `rate`. */
interface Seen {
  readonly bound: number;
  readonly rate: number;
  readonly compressorRate?: number;
}

const SLOW: Seen = { bound: 0.9, rate: 20 * MB };
const FAST: Seen = { bound: 0.1, rate: 300 * MB };

describe('whether to compress', () => {
  let state: CompressionState;
  let atMs: number;
  beforeEach(() => {
    atMs = 10_000;
    state = INITIAL_COMPRESSION;
  });

  /** Milliseconds until it changes, or `forMs` when it does not. */
  function run(seen: Seen, forMs: number): number {
    const { on } = state;
    for (let passed = 0; passed < forMs; ) {
      passed += STEP_MS;
      atMs += STEP_MS;
      const interval: LinkInterval = {
        atMs,
        elapsedMs: STEP_MS,
        sentBytes: (seen.rate * STEP_MS) / 1_000,
        boundMs: seen.bound * STEP_MS,
        compressorRate: seen.compressorRate ?? null,
      };
      state = decideCompression(state, interval);
      if (state.on !== on) return passed;
    }
    return forMs;
  }

  it('is yes soon on a slow link, and no soon when it is not slow any more', () => {
    expect(run(SLOW, 60_000)).to.equal(1_000);
    expect(state.on).to.equal(true);
    expect(run(SLOW, 60_000)).to.equal(60_000);
    expect(run(FAST, 60_000)).to.equal(2_000);
    expect(state.on).to.equal(false);
    expect(run(FAST, 60_000)).to.equal(60_000);
  });

  it('is no on a link that is faster than half the compressor, however long it is the bottleneck', () => {
    expect(run({ bound: 1, rate: 110 * MB }, 60_000)).to.equal(60_000);
    expect(run({ bound: 1, rate: 60 * MB, compressorRate: 100 * MB }, 60_000)).to.equal(60_000);
    expect(run({ bound: 1, rate: 60 * MB, compressorRate: 200 * MB }, 60_000)).to.equal(1_000);
  });

  it('is no where one of the ends is the bottleneck', () => {
    expect(run({ bound: 0.4, rate: 5 * MB }, 60_000)).to.equal(60_000);
  });

  it('does not change for a short time', () => {
    for (let round = 0; round < 10; round++) {
      run(SLOW, 500);
      run(FAST, 500);
    }
    expect(state.on).to.equal(false);
    run(SLOW, 1_000);
    for (let round = 0; round < 10; round++) {
      run(FAST, 1_500);
      run(SLOW, 500);
    }
    expect(state.on).to.equal(true);
  });

  it('does not change in between', () => {
    const between: Seen = { bound: 0.35, rate: 50 * MB };
    expect(run(between, 60_000)).to.equal(60_000);
    run(SLOW, 1_000);
    expect(run(between, 60_000)).to.equal(60_000);
  });

  it('is given up where the link has become faster than the compressor', () => {
    run(SLOW, 1_000);
    const fast: Seen = { bound: 1, rate: 170 * MB, compressorRate: 200 * MB };
    expect(run(fast, 60_000)).to.equal(2_000);
  });

  it('is tried again less and less often where compressing makes the link wide enough', () => {
    // Compressed, the link is no bottleneck; as it is, it is.
    const periods: number[] = [];
    run(SLOW, 1_000);
    for (let round = 0; round < 8; round++) {
      periods.push(run({ bound: 0.1, rate: 20 * MB }, 600_000));
      expect(run(SLOW, 60_000)).to.equal(1_000);
    }
    expect(periods).to.deep.equal([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    run(FAST, 60_000);
    run(FAST, 600_000);
    run(SLOW, 1_000);
    expect(run(FAST, 60_000)).to.equal(2_000);
  });
});
