import { expect } from 'chai';
import { KillRun } from '../support/e2e-kills.js';
import { Random } from '../support/e2e-random.js';
import { KILL_POINTS } from '../support/kill-points.js';

const MOST_LATE = 0.7;
/** A share of fewer kills says nothing. */
const ENOUGH = 20;

describe('agents killed at random moments', () => {
  it('finish every copy by themselves', async function () {
    this.timeout(0);
    const kills = Number(process.env.DM_KILLS ?? 50);
    const seed = Number(process.env.DM_SEED ?? Date.now() % 2 ** 31);
    process.stdout.write(`seed ${seed}; repeat with DM_SEED=${seed}\n`);
    const random = new Random(seed);
    await using run = await KillRun.open(
      { files: 4_000, largeMiB: 256, bytesPerSecond: 150_000_000 },
      random,
    );
    const hits = new Map(KILL_POINTS.map(({ name }) => [name, 0]));
    let late = 0;
    let timed = 0;
    for (let kill = 1; kill <= kills; kill++) {
      const point =
        kill % 2 === 0 ? (KILL_POINTS[(kill / 2 - 1) % KILL_POINTS.length] ?? null) : null;
      const when = 1 + random.below(point?.upTo ?? 1);
      const round = point === null ? await run.round() : await run.roundAt(point, when);
      if (point === null) timed++;
      if (point === null && round.late) late++;
      if (point !== null && !round.late) hits.set(point.name, (hits.get(point.name) ?? 0) + 1);
      const mib = (round.wireBytes / 1_048_576).toFixed(1);
      const at = point === null ? `after ${round.at} ms` : `call ${when} of "${round.at}"`;
      process.stdout.write(
        `${kill}: ${round.kind}, ${round.victims.join(' and ')} ${at}${round.late ? ' (not reached)' : ''}, ${mib} MiB on the wire\n`,
      );
    }
    for (const [name, count] of hits) process.stdout.write(`${count} at: ${name}\n`);
    if (timed >= ENOUGH) {
      expect(late / timed, 'share of kills after the end').to.be.at.most(MOST_LATE);
    }
    if (kills < 4 * KILL_POINTS.length) return;
    for (const [name, count] of hits) expect(count, name).to.be.at.least(1);
  });
});
