import { expect } from 'chai';
import type { CpuTimes } from '../../../src/observe/cpu-times.js';
import { CpuGovernor } from '../../../src/policy/cpu-governor.js';
import type { Clock } from '../../../src/util/clock.js';

/** A second that is over when the test says so. */
class SteppedClock implements Clock {
  ms = 0;
  readonly rests: number[] = [];
  #end: (() => void) | null = null;

  now(): number {
    return this.ms;
  }

  async delay(ms: number, signal: AbortSignal): Promise<void> {
    if (ms !== 1_000) {
      this.rests.push(ms);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const stop = () => reject(signal.reason);
      this.#end = () => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  async second(): Promise<void> {
    this.ms += 1_000;
    this.#end?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the CPU governor', () => {
  const never = new AbortController().signal;
  let clock: SteppedClock;
  let times: CpuTimes;
  let governor: CpuGovernor;
  beforeEach(() => {
    clock = new SteppedClock();
    times = { totalMs: 0, busyMs: 0, ownMs: 0 };
    governor = new CpuGovernor({ clock, times: () => times });
  });
  afterEach(() => governor[Symbol.dispose]());

  /** A second in which the machine and this program took so many percent. */
  async function load(system: number, own: number): Promise<number> {
    times = {
      totalMs: times.totalMs + 1_000,
      busyMs: times.busyMs + system * 10,
      ownMs: times.ownMs + own * 10,
    };
    await clock.second();
    return governor.duty;
  }

  it('slows down only when the machine is busy and this program takes more than it may', async () => {
    expect(await load(89, 80)).to.equal(1);
    expect(await load(95, 30)).to.equal(1);
    expect(await load(95, 31)).to.be.lessThan(1);
  });

  it('slows down further while that lasts, never wholly, and comes back', async () => {
    for (let second = 0; second < 20; second++) await load(100, 90);
    expect(governor.duty).to.equal(0.1);
    for (let second = 0; second < 9; second++) await load(50, 40);
    expect(governor.duty).to.be.closeTo(1, 1e-9);
  });

  it('follows changed thresholds', async () => {
    governor.settings = { allowedCpuThreshold: 80, systemCpuLoadThreshold: 50 };
    expect(await load(60, 79)).to.equal(1);
    expect(await load(60, 81)).to.be.lessThan(1);
  });

  it('lets a copy rest in proportion to its work', async () => {
    const breathe = governor.breather();
    await breathe(never);
    expect(clock.rests).to.deep.equal([]);
    await load(100, 90);
    const again = governor.breather();
    clock.ms += 70;
    await again(never);
    expect(clock.rests).to.have.length(1);
    expect(clock.rests[0]).to.be.closeTo(30, 0.001);
  });
});
