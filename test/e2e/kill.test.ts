import { KillRun } from '../support/e2e-kills.js';
import { Random } from '../support/e2e-random.js';
import { KILL_POINTS } from '../support/kill-points.js';

const KILLS = 1;
const POINTS = 1;

describe('agents killed while they copy (scripts/long-kills.sh does this longer)', () => {
  it('finish by themselves, whole, without waste', async function () {
    this.timeout(600_000);
    const seed = Number(process.env.DM_SEED ?? Date.now() % 2 ** 31);
    process.stdout.write(`      seed ${seed}\n`);
    await using run = await KillRun.open(
      { files: 400, largeMiB: 48, bytesPerSecond: 100_000_000 },
      new Random(seed),
    );
    for (let kill = 0; kill < KILLS; kill++) await run.round();
    const random = new Random(seed);
    for (let kill = 0; kill < POINTS; kill++) {
      const point = random.pick(KILL_POINTS);
      await run.roundAt(point, 1 + random.below(point.upTo));
    }
  });
});
