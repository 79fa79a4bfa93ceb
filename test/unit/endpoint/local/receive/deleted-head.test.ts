import { expect } from 'chai';
import { deleteDataset } from '../../../../../src/endpoint/local/capture/delete-task.js';
import type { VerifyMessage } from '../../../../../src/endpoint/local/verify/verify-input.js';
import { verifyDataset } from '../../../../../src/endpoint/local/verify/verify-task.js';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import type { DatasetId } from '../../../../../src/model/ids.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { CopyFixture } from './copy-fixture.js';

const TREE = 'mkdir d; echo one > d/one; echo two > d/two; echo top > top; ln d/one hard';

describe('a received tree whose dataset was deleted', function () {
  this.timeout(120_000);
  const xfs = withFilesystem('xfs', 512);

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
      expect(await lost(fixture, second)).to.deep.equal([]);
      // From now on what is done to the tree by hand is not done to the dataset.
      fixture.sh('echo x >> d/one; rm d/two', fixture.target);
      expect(await lost(fixture, second)).to.deep.equal([]);
      fixture.sh('echo again >> top');
      await fixture.copy(await fixture.capture(), second);
      fixture.expectSame({ holes: false });
    });
  }
});

async function remove(fixture: CopyFixture, id: DatasetId): Promise<void> {
  const [found] = fixture.targetRoot.trees();
  if (found === undefined) throw new Error('nothing was received');
  const input = { root: fixture.targetRoot.path, localTree: found.tree.localTree, id };
  await deleteDataset(input, fixture.signal);
}

/** Paths that are bad in the dataset at the target. */
async function lost(fixture: CopyFixture, { id }: DatasetInfo): Promise<string[]> {
  const [found] = fixture.targetRoot.trees();
  if (found === undefined) throw new Error('nothing was received');
  const bad: string[] = [];
  const emit = async (message: VerifyMessage) => {
    if (message.kind === 'bad') bad.push(`${Buffer.from(message.path)} ${message.code}`);
  };
  const input = { root: fixture.targetRoot.path, localTree: found.tree.localTree, id };
  await verifyDataset(input, emit, fixture.signal);
  return bad;
}
