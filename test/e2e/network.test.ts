import { expect } from 'chai';
import { until } from '../support/e2e-until.js';
import { NetworkRun, resetEverywhere } from '../support/network-run.js';

const STRIDE = 19;

describe('copies over a bad network (scripts/long-network.sh does this at every step)', function () {
  this.timeout(600_000);

  for (const direction of ['push', 'pull'] as const) {
    it(`${direction}: connections that are reset, stalled and cut end in a whole copy`, async () => {
      await using run = await NetworkRun.open(direction);
      expect(await resetEverywhere(run, 3, STRIDE)).to.be.at.least(2);
      await run.edit();
      run.proxy.stall();
      const before = run.proxy.bytes.up;
      const copying = run.copy();
      await until('the call is on its way', () => run.proxy.bytes.up > before);
      run.proxy.cut();
      run.proxy.resume();
      await copying;
    });
  }

  it('that passes one byte at a time, in both directions', async () => {
    await using run = await NetworkRun.open('push', { bytesPerWrite: 1 });
    await run.edit();
    await run.copy();
  });
});
