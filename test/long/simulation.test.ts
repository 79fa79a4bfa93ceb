import { Random } from '../support/e2e-random.js';
import { Simulation } from '../support/simulation.js';

describe('agents that protect a tree for many days (scripts/long-simulation.sh)', () => {
  it('keep what is needed, remove what has expired, and stay in bounds', async function () {
    this.timeout(0);
    const days = Number(process.env.DM_DAYS ?? 200);
    const hours = Number(process.env.DM_HOURS ?? 24);
    const seed = Number(process.env.DM_SEED ?? Date.now() % 2 ** 31);
    process.stdout.write(`seed ${seed}; repeat with DM_SEED=${seed}\n`);
    await using simulation = await Simulation.open(new Random(seed));
    for (let day = 1; day <= days; day++) {
      const { kills, outages, datasets, mib } = await simulation.day(hours);
      const counts = Object.entries(datasets).map(([place, count]) => `${place} ${count}`);
      const sizes = Object.entries(mib).map(([place, size]) => `${place} ${size}`);
      process.stdout.write(
        `day ${day}: ${kills} kills, ${outages} outages; datasets ${counts.join(', ')}; MiB ${sizes.join(', ')}\n`,
      );
    }
  });
});
