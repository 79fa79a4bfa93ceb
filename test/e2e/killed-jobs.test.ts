import { expect } from 'chai';
import { Random } from '../support/e2e-random.js';
import type { KillPlan } from '../support/kills/kill-plan.js';
import { KILL_POINTS } from '../support/kills/kill-points.js';
import { KillRun } from '../support/kills/kill-run.js';

/** Between a record and the end of its job: what the job worked with is still there. */
const POINTS = [
  'capture: the dataset has its record',
  'push: the tree gets its parts',
  'push: the dataset has its record',
  'backup: the dataset gets its number',
  'backup: the record is there',
];

describe('jobs whose agents are killed beside their last steps', function () {
  this.timeout(120_000);

  it('finish by themselves, and leave nothing', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const left = KILL_POINTS.filter(({ name }) => POINTS.includes(name));
    expect(left).to.have.length(POINTS.length);
    const plan: Pick<KillPlan, 'kills' | 'hit'> = {
      kills: (task, kind) =>
        left
          .filter((point) => point.during === task && [kind, 'any'].includes(point.kind))
          .map((point) => ({ point, when: 1, victims: [point.victim] })),
      hit: (point) => void left.splice(left.indexOf(point), 1),
    };
    const modules = {
      ...{ plan, random: new Random(1) },
      ...{ onKill: () => undefined, onResent: () => undefined },
    };
    const tree = { files: 60, largeMiB: 2, bytesPerSecond: 100_000_000 };
    await using run = await KillRun.open({ ...tree, filesystem: 'xfs' }, modules);
    await run.round();
    expect(left.map(({ name }) => name)).to.deep.equal([]);
  });
});
