import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { NetworkRun, resetEverywhere } from '../support/network-run.js';

/** By default above the time after which an agent gives a silent connection up. */
const STALL_MS = 1_000 * Number(process.env.DM_STALL_SECONDS ?? 150);

describe('copies over a bad network', function () {
  this.timeout(0);

  for (const direction of ['push', 'pull'] as const) {
    it(`${direction}: end whole when the connection is reset at any step`, async () => {
      await using run = await NetworkRun.open(direction);
      const resets = await resetEverywhere(run, 0, Number(process.env.DM_STRIDE ?? 1));
      process.stdout.write(`${direction}: reset at ${resets} places of a copy\n`);
      expect(resets).to.be.at.least(2);
    });

    it(`${direction}: end whole after a stall`, async () => {
      await using run = await NetworkRun.open(direction);
      await run.edit();
      run.proxy.stall();
      const copying = run.copy();
      await delay(STALL_MS);
      run.proxy.resume();
      const { retry } = await copying;
      process.stdout.write(`${direction}: ${JSON.stringify(retry)}\n`);
    });

    it(`${direction}: goes through byte by byte`, async () => {
      await using run = await NetworkRun.open(direction, { bytesPerWrite: 1 });
      await run.edit();
      await run.copy();
    });
  }
});
