import { Random } from '../support/e2e-random.js';
import { TempDirectory } from '../support/temp-directory.js';
import { FLIP_KINDS, FlipRun } from '../unit/endpoint/local/verify/flip-run.js';

const TREES = 50;

describe('single flipped bits', () => {
  it('are noticed by name, or change nothing that is read', async function () {
    this.timeout(0);
    const flips = Number(process.env.DM_FLIPS ?? 5_000);
    const seed = Number(process.env.DM_SEED ?? Date.now() % 2 ** 31);
    process.stdout.write(`seed ${seed}; repeat with DM_SEED=${seed}\n`);
    const random = new Random(seed);
    using directory = new TempDirectory();
    await using run = await FlipRun.open(directory.path);
    const counts = new Map<string, number>();
    const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
    const onWire = Math.floor(flips / 10);
    for (let flip = 0; flip < flips - onWire; flip++) {
      const kind = random.pick([...FLIP_KINDS, 'page'] as const);
      count(`${kind}, ${await run.flip(kind, random)}`);
    }
    for (let flip = 0; flip < onWire; flip += TREES) {
      // Each makes a tree at the target.
      await using wire = await FlipRun.open(directory.path);
      for (let tree = 0; tree < Math.min(TREES, onWire - flip); tree++) {
        count(`batch, ${await wire.flipOnTheWire(random)}`);
      }
    }
    for (const [what, number] of [...counts].sort()) process.stdout.write(`${number} ${what}\n`);
  });
});
