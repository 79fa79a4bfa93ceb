import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { withFilesystem } from '../../../../support/filesystems.js';
import { CopyFixture } from './copy-fixture.js';

const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

describe('a received tree that lacks what could not be put there', function () {
  this.timeout(120_000);
  const xfs = withFilesystem('xfs', 512);

  for (const [name, place] of [
    ['in memory', () => MEMORY],
    ['on XFS', () => xfs().path],
  ] as const) {
    it(`is not taken for one that was changed by hand, and has all when it may, ${name}`, async () => {
      await using fixture = new CopyFixture(place(), MEMORY);
      // A device needs a right that the target does not have at first.
      const target = fixture.makeTarget(false);
      const isThere = (path: string) => existsSync(join(fixture.target, path));
      fixture.sh('mkdir d; echo one > one; mknod null c 1 3; mknod d/zero c 1 5; ln null hard');
      let base = await fixture.capture();
      const datasets = [base];
      await fixture.copy(base, null, { target });
      for (const script of ['echo two > two', 'echo more >> one', 'mv d e', 'mv null other']) {
        fixture.sh(script);
        const next = await fixture.capture();
        const offer = { onDrift: 'fail' } as const;
        const { failures } = await fixture.copy(next, base, { target, offer });
        expect(failures.map(({ code }) => code)).to.deep.equal(['refused', 'refused']);
        expect(isThere('hard')).to.equal(false);
        base = next;
        datasets.push(next);
      }
      expect(await namesAtTarget(fixture)).to.deep.equal(Array(5).fill('test'));
      for (const dataset of datasets) expect(await fixture.bad(dataset)).to.deep.equal([]);
      fixture.sh('echo last > last');
      await fixture.copy(await fixture.capture(), base);
      fixture.expectSame({ holes: name !== 'on XFS' });
      fixture.expectNoStaging();
      expect(await namesAtTarget(fixture)).to.deep.equal(Array(6).fill('test'));
    });
  }

  it('is taken for one when it lacks more, or has something in its place', async () => {
    await using fixture = new CopyFixture(MEMORY);
    const target = fixture.makeTarget(false);
    fixture.sh('echo one > one; mknod null c 1 3');
    let base = await fixture.capture();
    await fixture.copy(base, null, { target });
    let kept = 0;
    for (const drift of ['rm one', 'echo mine > null']) {
      fixture.sh(drift, fixture.target);
      fixture.sh('echo more >> more');
      const next = await fixture.capture();
      const refused = fixture.copy(next, base, { target, offer: { onDrift: 'fail' } });
      expect((await fixture.refusal(refused)).code, drift).to.equal('target_drifted');
      await fixture.copy(next, base, { target });
      kept++;
      const names = await namesAtTarget(fixture);
      expect(names.filter((name) => name === 'pre-repair')).to.have.length(kept);
      base = next;
    }
  });
});

async function namesAtTarget(fixture: CopyFixture): Promise<string[]> {
  return (await fixture.received()).map(({ name }) => name);
}
