import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { differences } from '../../../../support/walker.js';
import { CopyFixture } from './copy-fixture.js';

const TREE = `
  mkdir -p d/e other; echo one > d/one; echo two > d/two; echo deep > d/e/deep; echo top > top
  head -c 200000 /dev/urandom > big; ln d/one other/hard; ln -s top link`;
const DRIFT: readonly (readonly [string, string, number])[] = [
  ['a file edited by hand', 'echo drift >> d/one', 1],
  ['a file removed', 'rm top', 1],
  ['a file added', 'echo mine > mine', 0],
  ['a directory removed', 'rm -r d/e', 1],
  ['a directory renamed', 'mv d moved', 0],
  ['two files swapped', 'mv top t; mv d/two top; mv t d/two', 0],
  ['a file replaced by a directory', 'rm d/two; mkdir d/two; echo in > d/two/in', 1],
  ['metadata changed', 'chmod 600 d; chmod 777 big', 0],
  ['a link retargeted', 'ln -sfn elsewhere link', 0],
  ['everything removed', 'rm -r *', 5],
];

describe('a received tree that was changed by hand', function () {
  this.timeout(120_000);
  const xfs = withFilesystem('xfs', 512);

  for (const [name, place] of [
    ['in memory', () => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir())],
    ['on XFS', () => xfs().path],
  ] as const) {
    it(`is repaired by the next copy, and what was changed is kept, ${name}`, async () => {
      await using fixture = new CopyFixture(place());
      fixture.sh(TREE);
      let base = await fixture.capture();
      await fixture.copy(base);
      for (const [what, script, needed] of DRIFT) {
        fixture.sh(script, fixture.target);
        fixture.sh('echo more >> big');
        const dataset = await fixture.capture();
        const refused = fixture.copy(dataset, base, { offer: { onDrift: 'fail' } });
        expect((await fixture.refusal(refused)).code, what).to.equal('target_drifted');
        const { failures, whole } = await fixture.copy(dataset, base);
        expect(failures, what).to.deep.equal([]);
        // A store of clones has every version that was ever received.
        if (name === 'in memory') expect(whole, what).to.equal(needed);
        else expect(whole, what).to.equal(0);
        fixture.expectSame({ holes: name !== 'on XFS' });
        base = dataset;
      }
      fixture.expectNoStaging();
      const kept = await preRepairs(fixture);
      expect(kept).to.have.length(DRIFT.length);
    });
  }

  it('can be read as it was in the dataset pre-repair', async () => {
    await using fixture = new CopyFixture(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
    fixture.sh(TREE);
    const first = await fixture.capture();
    await fixture.copy(first);
    fixture.sh('echo drift > d/one; echo mine > d/mine', fixture.target);
    fixture.sh('echo other > d/one');
    const second = await fixture.capture();
    await fixture.copy(second, first);
    const [drifted] = await preRepairs(fixture);
    if (drifted === undefined) throw new Error('the drift was not kept');
    const targetPath = Buffer.from(join(fixture.parent, 'restored'));
    await fixture.copy(drifted, null, { offer: { targetPath, createDataset: false } });
    const restored = (path: string): string =>
      readFileSync(join(fixture.parent, 'restored', path), 'utf8');
    expect(restored('d/one')).to.equal('drift\n');
    expect(restored('d/mine')).to.equal('mine\n');
    expect(restored('d/two')).to.equal('two\n');
    expect(existsSync(join(fixture.target, 'd', 'mine'))).to.equal(false);
  });

  for (const [what, drift] of [
    ['as it was received', ':'],
    [
      'when all but bytes was changed',
      'chmod 6 d/one; touch top; mv d/two a; ln big b; ln d/one c',
    ],
  ] as const) {
    it(`keeps every dataset readable through later copies, ${what}`, async () => {
      await using fixture = new CopyFixture(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
      fixture.sh(TREE);
      const first = await fixture.capture();
      fixture.sh('cp -a . ../was-first');
      await fixture.copy(first);
      fixture.sh(drift, fixture.target);
      fixture.sh('echo 2 > d/one; echo 2 > d/two; rm -r d/e top; mv big d/big; echo x >> d/big');
      const second = await fixture.capture();
      await fixture.copy(second, first);
      const received = await fixture.datasets.find({
        id: first.id,
        basePath: Buffer.from(fixture.target),
      });
      if (received === null) throw new Error('the first dataset is gone');
      const targetPath = Buffer.from(join(fixture.parent, 'restored'));
      await fixture.copy(received.info, null, { offer: { targetPath, createDataset: false } });
      const was = join(fixture.sourceParent, 'was-first');
      expect(differences(was, join(fixture.parent, 'restored'))).to.deep.equal([]);
    });
  }

  it('loses of a dataset only the files whose bytes were changed', async () => {
    await using fixture = new CopyFixture(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
    fixture.sh(TREE);
    const first = await fixture.capture();
    await fixture.copy(first);
    // Same sizes; what was a hole is told from zeros.
    fixture.sh('touch -r top t; echo pot > top; touch -r t top; rm t; touch d/two', fixture.target);
    fixture.sh('echo 2 > top; echo 2 > d/two');
    await fixture.copy(await fixture.capture(), first);
    expect(await fixture.bad(first)).to.deep.equal(['top unreadable']);
  });
});

async function preRepairs(fixture: CopyFixture): Promise<DatasetInfo[]> {
  return (await fixture.received()).filter(({ name }) => name === 'pre-repair');
}
