import { expect } from 'chai';
import {
  MUTATION_KINDS,
  type MutationKind,
  MutationRun,
} from '../support/mutations/mutation-run.js';

/** `DM_MUTATIONS` sends more: scripts/long-mutations.sh. */
const COUNT = Number(process.env.DM_MUTATIONS ?? 2_000);
const SHARE: Readonly<Record<MutationKind, number>> = {
  'messages of a peer': 0.4,
  'messages to the control socket': 0.2,
  'frames of a peer': 0.1,
  'frames to the control socket': 0.2,
  'batches of a peer': 0.02,
  'TLS records of a peer': 0.05,
  'TLS records of a stranger': 0.03,
};
/** Of those that nearly always end in one way. */
const LEAST: Readonly<Partial<Record<MutationKind, number>>> = { 'TLS records of a stranger': 400 };

describe('45, 47, 53: what is nearly right', function () {
  this.timeout(0);
  for (const kind of MUTATION_KINDS) {
    it(`${kind}: no crash, no hang, nothing outside, memory flat`, async () => {
      const seed = Number(process.env.DM_SEED ?? Date.now() % 2 ** 31);
      process.stdout.write(`      seed ${seed}\n`);
      await using run = await MutationRun.open(seed);
      const count = Math.max(Math.ceil(COUNT * SHARE[kind]), LEAST[kind] ?? 0);
      const report = await run.send(kind, count);
      process.stdout.write(`      ${JSON.stringify(report)}\n`);
      expect(report.sent).to.be.at.least(count);
      // Not everything fails in the same way, or it is not looked at.
      expect(Object.keys(report.answers).length).to.be.greaterThan(1);
    });
  }
});
