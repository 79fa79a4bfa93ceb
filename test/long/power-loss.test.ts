import { Random } from '../support/e2e-random.js';
import { PowerLossRun } from '../support/power-loss.js';

describe('a receiver that loses power', () => {
  it('keeps every dataset that it acknowledged, and goes on', async function () {
    this.timeout(0);
    const rounds = Number(process.env.DM_LOSSES ?? 50);
    const seed = Number(process.env.DM_SEED ?? Date.now() % 2 ** 31);
    process.stdout.write(`seed ${seed}; repeat with DM_SEED=${seed}\n`);
    await using run = await PowerLossRun.open(new Random(seed));
    for (let round = 1; round <= rounds; round++) {
      const { kind, lost, verified, wentOn } = await run.round(
        round % 3 === 0 ? 'at the commit' : 'at a random moment',
      );
      process.stdout.write(
        `${round}: ${kind}, ${lost.join(' and ')}; ${verified} datasets verified${wentOn ? '' : '; finished by the next run'}\n`,
      );
    }
  });
});
