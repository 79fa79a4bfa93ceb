import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { deleteDataset } from '../../../../../src/endpoint/local/capture/delete-task.js';
import { loadSession } from '../../../../../src/endpoint/local/receive/session-record.js';
import {
  removeSession,
  sessionsOf,
} from '../../../../../src/endpoint/local/receive/staging-area.js';
import type { Target } from '../../../../../src/endpoint/target.js';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { CopyFixture } from './copy-fixture.js';

describe('a copy that came to nothing', function () {
  this.timeout(120_000);
  const xfs = withFilesystem('xfs', 512);

  for (const [how, end] of [
    ['aborted', 'abort'],
    ['left and followed by one of a newer dataset', 'leave'],
  ] as const) {
    it(`leaves no contents when it was ${how}`, async () => {
      await using fixture = new CopyFixture(xfs().path);
      fixture.sh('echo one > one; echo two > two; echo three > three');
      const first = await fixture.capture();
      await fixture.copy(first);
      fixture.sh('echo more >> one; echo more >> two; echo new > new');
      await unfinished(fixture, await fixture.capture(), first, end);
      expect(versions(fixture)).to.equal(end === 'abort' ? 3 : 6);
      fixture.sh('echo again >> one; rm new');
      await unfinished(fixture, await fixture.capture(), first, end);
      expect(versions(fixture)).to.equal(end === 'abort' ? 3 : 5);
      fixture.sh('echo again >> one');
      await fixture.copy(await fixture.capture(), first);
      expect(versions(fixture)).to.equal(5);
      expect(deleting(fixture)).to.deep.equal([]);
      fixture.expectNoStaging();
      fixture.expectSame({ holes: false });
    });
  }

  it('keeps what it had in common with one that is under way', async () => {
    await using fixture = new CopyFixture(xfs().path);
    fixture.sh('echo one > one');
    const first = await fixture.capture();
    await fixture.copy(first);
    fixture.sh('echo more >> one');
    const second = await fixture.capture();
    await unfinished(fixture, second, first, 'leave', async () => {
      const { directory } = received(fixture);
      const [session = ''] = sessionsOf(directory);
      directory.noteUnfinished(loadSession(directory, session)?.draft ?? fail('no session'));
      await finishDeletions(fixture);
      expect(versions(fixture)).to.equal(2);
      expect(deleting(fixture)).to.have.length(1);
    });
    await fixture.copy(second, first);
    await finishDeletions(fixture);
    expect(versions(fixture)).to.equal(2);
    expect(deleting(fixture)).to.deep.equal([]);
  });

  it('is none that a copy goes on with when it could only be removed in part', async () => {
    await using fixture = new CopyFixture(xfs().path);
    fixture.sh('echo one > one');
    await unfinished(fixture, await fixture.capture(), null, 'leave');
    const { directory } = received(fixture);
    const [session = ''] = sessionsOf(directory);
    expect(loadSession(directory, session)?.phase).to.equal('content');
    const kept = join(realpathSync(directory.stagingPath), session, 'stage', 'kept');
    execFileSync('sh', ['-c', `touch ${kept}; chattr +i ${kept}`]);
    try {
      expect(() => removeSession(directory, session)).to.throw();
      expect(existsSync(kept)).to.equal(true);
      expect(loadSession(directory, session)).to.equal(null);
    } finally {
      execFileSync('chattr', ['-i', kept]);
    }
  });
});

/** A copy all of whose content comes, and which then ends in the way told. */
async function unfinished(
  fixture: CopyFixture,
  dataset: DatasetInfo,
  base: DatasetInfo | null,
  end: 'abort' | 'leave',
  before: () => Promise<void> = async () => undefined,
): Promise<void> {
  const target = fixture.makeTarget();
  const begin: Target['begin'] = target.begin.bind(target);
  target.begin = async (offer, signal) => {
    const session = await begin(offer, signal);
    session.commit = async () => {
      await before();
      if (end === 'abort') await session.abort(signal);
      throw new Error('it ends here');
    };
    return session;
  };
  let failure: unknown = null;
  await fixture.copy(dataset, base, { target }).catch((error: unknown) => {
    failure = error;
  });
  expect(String(failure)).to.contain('it ends here');
}

function fail(why: string): never {
  throw new Error(why);
}

function received(fixture: CopyFixture) {
  const [found] = fixture.targetRoot.trees();
  if (found === undefined) throw new Error('nothing was received');
  return found;
}

function versions(fixture: CopyFixture): number {
  return [...received(fixture).directory.versions.list()].length;
}

function deleting(fixture: CopyFixture) {
  return received(fixture).directory.deleting();
}

async function finishDeletions(fixture: CopyFixture): Promise<void> {
  const { localTree } = received(fixture).tree;
  await deleteDataset({ root: fixture.targetRoot.path, localTree, id: null }, fixture.signal);
}
