import { expect } from 'chai';
import { Random } from '../support/e2e-random.js';
import { type MutationPlace, MutationRun } from '../support/mutation-run.js';

/** `DM_MUTATIONS` sends more: scripts/long-mutations.sh. */
const COUNT = Number(process.env.DM_MUTATIONS ?? 600);
const SHARE: Readonly<Record<MutationPlace, number>> = { peer: 0.5, control: 0.4, stranger: 0.1 };

describe('45, 47, 53: messages that are nearly right', function () {
  this.timeout(0);
  for (const place of ['peer', 'control', 'stranger'] as const) {
    it(`from a ${place}: no crash, no hang, nothing outside, memory flat`, async () => {
      const seed = Number(process.env.DM_SEED ?? Date.now() % 2 ** 31);
      process.stdout.write(`      seed ${seed}\n`);
      await using run = await MutationRun.open(new Random(seed));
      const statuses = await run.send(place, Math.ceil(COUNT * SHARE[place]));
      process.stdout.write(`      ${JSON.stringify([...statuses])}\n`);
      if (place !== 'stranger') expect(statuses.size).to.be.greaterThan(1);
    });
  }
});
