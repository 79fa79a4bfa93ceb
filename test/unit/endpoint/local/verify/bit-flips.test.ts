import { expect } from 'chai';
import { Random } from '../../../../support/e2e-random.js';
import { TempDirectory } from '../../../../support/temp-directory.js';
import { FLIP_KINDS, FlipRun } from './flip-run.js';

const FLIPS = 20;

describe('single flipped bits (scripts/long-bit-flips.sh flips more)', function () {
  this.timeout(300_000);

  it('are noticed by name, or change nothing that is read', async () => {
    const seed = Number(process.env.DM_SEED ?? Date.now() % 2 ** 31);
    process.stdout.write(`      seed ${seed}\n`);
    const random = new Random(seed);
    using directory = new TempDirectory();
    await using run = await FlipRun.open(directory.path);
    for (const kind of FLIP_KINDS) {
      let noticed = 0;
      for (let flip = 0; flip < FLIPS; flip++) {
        if ((await run.flip(kind, random)) === 'noticed') noticed++;
      }
      if (kind !== 'page') expect(noticed, kind).to.equal(FLIPS);
      else expect(noticed, kind).to.be.greaterThan(0);
    }
    for (let flip = 0; flip < FLIPS; flip++) await run.flipOnTheWire(random);
  });
});
