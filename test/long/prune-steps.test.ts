import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PRUNE_STEPS } from '../../src/endpoint/object/prune/prune-types.js';
import { KilledAt } from '../support/disturbed-store.js';
import { PruneFixture } from '../unit/endpoint/object/prune/prune-fixture.js';

/** What lists of deleted packs may differ in. */
const LIST_BYTES = 3_000;

describe('prune that is killed', function () {
  this.timeout(120_000);
  let fixture: PruneFixture;
  let saved: string;
  /** Bytes that an undisturbed prune leaves. */
  let clean: number;

  const restore = () => {
    rmSync(fixture.directory, { recursive: true, force: true });
    cpSync(saved, fixture.directory, { recursive: true, preserveTimestamps: true });
  };

  before(async () => {
    fixture = new PruneFixture();
    // One pack holds both: what is kept of it is packed anew.
    fixture.copy.sh(
      'head -c 500000 /dev/urandom > early; mkdir d; for i in $(seq 50); do echo $i > d/$i; done',
    );
    await fixture.backUp();
    fixture.copy.sh('rm early; rm d/1');
    await fixture.backUp();
    await fixture.deleteRecord(0);
    saved = mkdtempSync(join(tmpdir(), 'prune-saved-'));
    cpSync(fixture.directory, saved, { recursive: true, preserveTimestamps: true });
    const { bytesFreed, packsRepacked } = await fixture.prune();
    expect(packsRepacked).to.be.greaterThan(0);
    expect(bytesFreed).to.be.greaterThan(490_000);
    clean = fixture.storeBytes();
  });
  after(async () => {
    rmSync(saved, { recursive: true, force: true });
    await fixture[Symbol.asyncDispose]();
  });

  const expectFinished = async () => {
    expect(await fixture.expectWhole()).to.equal(1);
    await fixture.prune();
    expect(await fixture.expectWhole()).to.equal(1);
    expect(fixture.storeBytes()).to.be.lessThan(clean + LIST_BYTES);
  };

  for (const isDone of [false, true]) {
    it(`${isDone ? 'after' : 'before'} any change to the store is finished by the next`, async () => {
      let rounds = 0;
      for (; ; rounds++) {
        restore();
        const killed = new KilledAt({ at: rounds, isDone });
        const store = killed.wrap(await fixture.openStore());
        const outcome = await fixture.prune({}, { store }).then(
          () => 'ended',
          () => 'killed',
        );
        if (!killed.fired) {
          expect(outcome).to.equal('ended');
          break;
        }
        expect(outcome, killed.changes.at(-1)).to.equal('killed');
        await expectFinished();
      }
      // New packs of both kinds, an index, the record, the list, packs of
      // both kinds, and the list again.
      expect(rounds).to.be.greaterThan(7);
    });
  }

  for (const step of PRUNE_STEPS) {
    it(`while it is ${step} is finished by the next`, async () => {
      restore();
      let hit = 0;
      const onProgress = (progress: { step: string }) => {
        if (progress.step !== step) return;
        hit++;
        throw new Error('killed');
      };
      const graceMs = step === 'waiting' ? 60_000 : 0;
      await fixture.prune({ graceMs }, { onProgress }).then(
        () => expect.fail('it was not killed'),
        (error: Error) => expect(error.message).to.equal('killed'),
      );
      expect(hit).to.equal(1);
      await expectFinished();
    });
  }
});
