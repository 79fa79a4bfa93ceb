import { expect } from 'chai';
import { deleteDataset } from '../../../../../src/endpoint/local/capture/delete-task.js';
import type { DatasetId } from '../../../../../src/model/ids.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { CopyFixture, LANES } from './copy-fixture.js';

const TREE = 'mkdir d; echo one > d/one; echo two > d/two; echo top > top; ln d/one hard';

describe('a received tree whose dataset was deleted', function () {
  this.timeout(120_000);
  const xfs = withFilesystem('xfs', 512);
  const btrfs = withFilesystem('btrfs', 256);

  for (const [name, drift] of [
    ['', null],
    [', and which was changed by hand', 'mkdir mine; echo three > d/two'],
  ] as const) {
    it(`gets all of the next one into its version store${name}`, async () => {
      await using fixture = new CopyFixture(xfs().path);
      fixture.sh(TREE);
      const first = await fixture.capture();
      await fixture.copy(first);
      await remove(fixture, first.id);
      if (drift !== null) fixture.sh(drift, fixture.target);
      fixture.sh('echo more >> top');
      const second = await fixture.capture();
      await fixture.copy(second, first);
      expect(await fixture.bad(second)).to.deep.equal([]);
      // From now on what is done to the tree by hand is not done to the dataset.
      fixture.sh('echo x >> d/one; rm d/two', fixture.target);
      expect(await fixture.bad(second)).to.deep.equal([]);
      fixture.sh('echo again >> top');
      await fixture.copy(await fixture.capture(), second);
      fixture.expectSame({ holes: false });
    });
  }

  it('keeps what a copy that is under way needs, also of datasets that are deleted meanwhile', async () => {
    await using fixture = new CopyFixture(xfs().path);
    fixture.sh(TREE);
    const first = await fixture.capture();
    await fixture.copy(first);
    fixture.sh('echo more >> top');
    const second = await fixture.capture();
    await fixture.copy(second, first);
    fixture.sh('echo other > d/one');
    const third = await fixture.capture();
    await fixture.copy(third, second);
    await remove(fixture, second.id);
    const { signal } = fixture;
    const base = { id: third.id, rootDigest: third.rootDigest };
    await using reader = await fixture.makeSource().open({ id: second.id }, signal);
    const offer = { ...fixture.offer(), dataset: second, base };
    await using session = await fixture.makeTarget().begin(offer, signal);
    const request = { base, subpaths: [], lanes: LANES, resume: null };
    for await (const _ of session.write(reader.changes(request, signal), signal));
    await remove(fixture, first.id);
    await session.commit({ failures: [], partial: 'allow' }, () => undefined, signal);
    expect(await fixture.bad(second)).to.deep.equal([]);
  });

  it('gets also what has a time that its file system cannot keep', async () => {
    await using fixture = new CopyFixture(xfs().path, btrfs().path);
    fixture.sh('echo old > old; touch -d 1800-01-01 old; echo top > top');
    const first = await fixture.capture('none');
    await fixture.copy(first);
    await remove(fixture, first.id);
    fixture.sh('echo more >> top');
    const second = await fixture.capture('none');
    await fixture.copy(second, first);
    expect(await fixture.bad(second)).to.deep.equal([]);
  });

  it('is not deleted while a copy that takes over its contents is half in place', async () => {
    await using fixture = new CopyFixture(xfs().path);
    fixture.sh(TREE);
    const first = await fixture.capture();
    await fixture.copy(first);
    const { directory, tree } = received(fixture);
    directory.save({ ...tree, flip: { session: '0123456789abcdef' } });
    const refusal = await fixture.refusal(remove(fixture, first.id));
    expect(refusal.code).to.equal('in_use');
    expect(refusal.message).to.contain('run the copy again');
    expect(await fixture.bad(first)).to.deep.equal([]);
    // The next copy finishes that first.
    fixture.sh('echo more >> top');
    await fixture.copy(await fixture.capture(), first);
    await remove(fixture, first.id);
    fixture.expectSame({ holes: false });
  });
});

function received(fixture: CopyFixture) {
  const [found] = fixture.targetRoot.trees();
  if (found === undefined) throw new Error('nothing was received');
  return found;
}

async function remove(fixture: CopyFixture, id: DatasetId): Promise<void> {
  const { localTree } = received(fixture).tree;
  const input = { root: fixture.targetRoot.path, localTree, id };
  await deleteDataset(input, fixture.signal);
}
