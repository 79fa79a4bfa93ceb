import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { withFilesystem } from '../../../../support/filesystems.js';
import { CopyFixture } from './copy-fixture.js';

const MIB = 1024 * 1024;
const LARGE_MIB = 64;
/** Two pieces on their way, and what the kernel reads and writes around them. */
const LEFT_MIB = 24;

describe('the page cache of a copy', function () {
  this.timeout(60_000);
  const btrfs = withFilesystem('btrfs', 512);
  const xfs = withFilesystem('xfs', 512);

  it('keeps little of a large file, at either end, and nothing of small ones that were sent', async () => {
    await using fixture = new CopyFixture(xfs().path, btrfs().path);
    // A subvolume, so that what is read is a snapshot and no clone.
    fixture.sh('rmdir data; btrfs -q subvolume create data', fixture.sourceParent);
    fixture.sh(`head -c ${LARGE_MIB}M /dev/urandom > large; head -c 100000 /dev/urandom > small`);
    const dataset = await fixture.capture();
    await fixture.copy(dataset);
    const snapshot = snapshotOf(fixture);
    expect(cachedBytes(join(fixture.target, 'large'))).to.be.below(LEFT_MIB * MIB);
    expect(cachedBytes(join(snapshot, 'large'))).to.be.below(LEFT_MIB * MIB);
    expect(cachedBytes(join(snapshot, 'small'))).to.equal(0);
    fixture.expectSame({ holes: false });
    execFileSync('btrfs', ['-q', 'subvolume', 'delete', snapshot]);
    execFileSync('btrfs', ['-q', 'subvolume', 'delete', fixture.source]);
  });

  it('keeps what is read of files that others use', async () => {
    await using fixture = new CopyFixture(xfs().path, xfs().path);
    fixture.sh(`head -c ${LARGE_MIB}M /dev/urandom > large`);
    const dataset = await fixture.capture('none');
    fixture.sh('cat large >/dev/null');
    await fixture.copy(dataset);
    expect(cachedBytes(join(fixture.source, 'large'))).to.equal(LARGE_MIB * MIB);
  });
});

function snapshotOf({ sourceRoot }: CopyFixture): string {
  const [found] = sourceRoot.trees();
  if (found === undefined) throw new Error('nothing was captured');
  const [name] = readdirSync(found.directory.snapshotsPath);
  if (name === undefined) throw new Error('the dataset has no snapshot');
  return join(found.directory.snapshotsPath, name).replace('/self/', `/${process.pid}/`);
}

function cachedBytes(path: string): number {
  return Number(execFileSync('fincore', ['-n', '-b', '-o', 'RES', path], { encoding: 'utf8' }));
}
