import { runSeed } from '../support/model/model-run.js';

describe('random steps against a model (scripts/long-model.sh)', () => {
  it('leave every place with what the model has, byte by byte', async function () {
    this.timeout(0);
    const seeds = Number(process.env.DM_SEEDS ?? 100);
    const steps = Number(process.env.DM_STEPS ?? 100);
    const first = Number(process.env.DM_FIRST_SEED ?? 1);
    let [all, kills] = [0, 0];
    for (let seed = first; seed < first + seeds; seed++) {
      process.stdout.write(`seed ${seed}: `);
      const report = await runSeed(seed, steps);
      all += report.steps;
      kills += report.kills;
      const average = (report.ms / report.steps).toFixed(0);
      process.stdout.write(
        `${report.steps} steps on ${report.filesystem}, ${report.kills} kills, ${average} ms a step\n`,
      );
    }
    process.stdout.write(`${all} steps of ${seeds} seeds, ${kills} kills\n`);
  });
});
