import { Random } from '../support/e2e-random.js';
import { Simulation } from '../support/simulation.js';

const HOURS = 6;

describe('agents that protect a tree for some hours (scripts/long-simulation.sh does 200 days)', () => {
  it('keep what is needed and remove what has expired, whatever goes wrong meanwhile', async function () {
    this.timeout(600_000);
    const seed = Number(process.env.DM_SEED ?? Date.now() % 2 ** 31);
    process.stdout.write(`      seed ${seed}\n`);
    await using simulation = await Simulation.open(new Random(seed));
    await simulation.day(HOURS);
  });
});
