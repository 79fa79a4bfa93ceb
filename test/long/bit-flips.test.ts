import { Random } from '../support/e2e-random.js';
import { TempDirectory } from '../support/temp-directory.js';
import { FLIP_KINDS, FlipRun } from '../unit/endpoint/local/verify/flip-run.js';

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
    for (let flip = 0; flip < flips; flip++) {
      const kind = random.pick([...FLIP_KINDS, 'page', 'batch'] as const);
      const result =
        kind === 'batch' ? await run.flipOnTheWire(random) : await run.flip(kind, random);
      counts.set(`${kind}, ${result}`, (counts.get(`${kind}, ${result}`) ?? 0) + 1);
    }
    for (const [what, count] of [...counts].sort()) process.stdout.write(`${count} ${what}\n`);
  });
});
