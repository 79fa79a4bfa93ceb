import { expect } from 'chai';
import { PacedTraffic } from '../unit/rpc/paced-traffic.js';

const WINDOW_MS = 10_000;
const RATES = [100_000, 1_000_000, 10_000_000, 100_000_000];

describe('four jobs that share a bandwidth rule, counted on the wire', function () {
  this.timeout(60_000);

  for (const direction of ['push', 'pull'] as const) {
    for (const bytesPerSecond of RATES) {
      it(`${direction} ${bytesPerSecond} bytes a second within 10 % over any 10 s`, async () => {
        await using traffic = await PacedTraffic.start({
          direction,
          side: 'client',
          bytesPerSecond,
        });
        const started = performance.now();
        await traffic.run(1.4 * WINDOW_MS);
        const { lowest, highest } = traffic.rates(WINDOW_MS, performance.now() - started);
        const percent = (rate: number) => `${((100 * rate) / bytesPerSecond).toFixed(1)} %`;
        process.stdout.write(`      ${percent(lowest)} to ${percent(highest)}\n`);
        expect(lowest).to.be.greaterThan(0.9 * bytesPerSecond);
        expect(highest).to.be.lessThan(1.1 * bytesPerSecond);
      });
    }
  }
});
