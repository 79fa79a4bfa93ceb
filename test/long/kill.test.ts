import { expect } from 'chai';
import { KillRun } from '../support/e2e-kills.js';
import { Random } from '../support/e2e-random.js';

const MOST_LATE = 0.7;

describe('agents killed at random moments', () => {
  it('finish every copy by themselves', async function () {
    this.timeout(0);
    const kills = Number(process.env.DM_KILLS ?? 50);
    const seed = Number(process.env.DM_SEED ?? Date.now() % 2 ** 31);
    process.stdout.write(`seed ${seed}; repeat with DM_SEED=${seed}\n`);
    await using run = await KillRun.open(
      { files: 4_000, largeMiB: 256, bytesPerSecond: 150_000_000 },
      new Random(seed),
    );
    let late = 0;
    for (let kill = 1; kill <= kills; kill++) {
      const round = await run.round();
      if (round.late) late++;
      const mib = (round.wireBytes / 1_048_576).toFixed(1);
      process.stdout.write(
        `${kill}: ${round.kind}, ${round.victims.join(' and ')} after ${round.afterMs} ms${round.late ? ' (job had ended)' : ''}, ${mib} MiB on the wire\n`,
      );
    }
    expect(late / kills, 'share of kills after the end').to.be.at.most(MOST_LATE);
  });
});
