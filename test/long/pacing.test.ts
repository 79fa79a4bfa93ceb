import { expect } from 'chai';
import { until } from '../support/e2e-until.js';
import { PacedTraffic, type TrafficOptions } from '../unit/rpc/paced-traffic.js';

const WINDOW_MS = 10_000;
const IS_SHORT = process.env.DM_PACING === 'short';
const RATES = IS_SHORT ? [100_000, 10_000_000] : [100_000, 1_000_000, 10_000_000, 100_000_000];
const RUN_MS = (IS_SHORT ? 1.05 : 1.4) * WINDOW_MS;
/** What is no faster takes so little of the machine that all ways are measured at once. */
const SLOW = 1_000_000;
/** What is faster may be more than the machine can do, which is looked at first. */
const FAST = 10_000_000;
const REACH_MS = 2_000;
/** How much more than the rule allows the machine must be able to do. */
const HEADROOM = 1.2;

type Way = Pick<TrafficOptions, 'direction' | 'side'>;

const WAYS: readonly Way[] = [
  { direction: 'push', side: 'client' },
  { direction: 'pull', side: 'client' },
  { direction: 'push', side: 'server' },
  { direction: 'pull', side: 'server' },
];

describe('four jobs that share a bandwidth rule, counted on the wire', function () {
  this.timeout(60_000);

  for (const bytesPerSecond of RATES) {
    const together = bytesPerSecond <= SLOW ? [WAYS] : WAYS.map((way) => [way]);
    for (const ways of together) {
      const title = ways.length > 1 ? 'each way' : ways.map(nameOf).join();
      it(`${bytesPerSecond} bytes a second within 10 % over any 10 s, ${title}`, async function () {
        for (const way of bytesPerSecond > FAST ? ways : []) {
          const most = await reach(way, bytesPerSecond);
          if (most > HEADROOM * bytesPerSecond) continue;
          const found = `at most ${Math.round(most / 1e6)} MB/s here, beside what else runs`;
          process.stdout.write(`      not measured: ${nameOf(way)}: ${found}\n`);
          this.skip();
        }
        const measured = await Promise.all(ways.map((way) => measure(way, bytesPerSecond)));
        for (const [at, way] of ways.entries()) {
          const { lowest, highest } = measured[at] ?? { lowest: 0, highest: 0 };
          const percent = (rate: number) => `${((100 * rate) / bytesPerSecond).toFixed(1)} %`;
          const name = nameOf(way);
          process.stdout.write(`      ${name}: ${percent(lowest)} to ${percent(highest)}\n`);
          expect(lowest, name).to.be.greaterThan(0.9 * bytesPerSecond);
          expect(highest, name).to.be.lessThan(1.1 * bytesPerSecond);
        }
      });
    }
  }
});

function nameOf({ direction, side }: Way): string {
  return `${direction} by the rule of the ${side === 'client' ? 'driving' : 'serving'} agent`;
}

/** Once the jobs have connected, which takes its time, and from then on. */
async function measure(
  way: Way,
  bytesPerSecond: number,
): Promise<{ lowest: number; highest: number }> {
  await using traffic = await PacedTraffic.start({ ...way, bytesPerSecond });
  await until('the traffic flows', () => traffic.bytes > bytesPerSecond);
  const started = performance.now();
  await traffic.run(RUN_MS);
  return traffic.rates(WINDOW_MS, performance.now() - started);
}

/** Bytes a second under a rule that holds nothing back. */
async function reach(way: Way, bytesPerSecond: number): Promise<number> {
  await using traffic = await PacedTraffic.start({ ...way, bytesPerSecond: 100 * bytesPerSecond });
  await until('the traffic flows', () => traffic.bytes > bytesPerSecond);
  const [started, before] = [performance.now(), traffic.bytes];
  await traffic.run(REACH_MS);
  return ((traffic.bytes - before) / (performance.now() - started)) * 1000;
}
