import { constants, copyFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { DataRoot } from '../../../../../src/endpoint/local/layout/data-root.js';
import { NO_HISTORY } from '../../../../../src/endpoint/local/layout/local-tree.js';
import { versionSpace } from '../../../../../src/endpoint/local/space/version-space.js';
import { type Gfid, parseTreeId } from '../../../../../src/model/ids.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { TempDirectory } from '../../../../support/temp-directory.js';

const KIB_64 = Buffer.alloc(65_536, 0x5a);
const { signal } = new AbortController();

/** A root with one tree of two versions, one of them also a file outside the store. */
async function measure(path: string, reflink: boolean): Promise<bigint> {
  using root = DataRoot.open(Buffer.from(path));
  const { directory } = root.createTree({
    ...NO_HISTORY,
    tree: parseTreeId('ab'.repeat(16)),
    basePath: Buffer.from(`${path}/tree`),
    role: 'origin',
    owner: '',
    released: false,
  });
  for (const gfid of [1n, 2n] as Gfid[]) {
    directory.versions.put(gfid, 1n, (fd) => writeFileSync(fd, KIB_64));
  }
  const kept = directory.versions.pathOf(2n as Gfid, 1n);
  const mode = reflink ? constants.COPYFILE_FICLONE_FORCE : 0;
  copyFileSync(kept, `${path}/live`, mode);
  return await versionSpace(root, signal);
}

describe('the space that kept versions take', () => {
  it('is what they have allocated', async () => {
    using directory = new TempDirectory();
    expect(Number(await measure(directory.path, false))).to.be.within(131_072, 140_000);
  });

  describe('on XFS', () => {
    const filesystem = withFilesystem('xfs', 320);
    it('does not count what a live file shares with them', async () => {
      expect(Number(await measure(filesystem().path, true))).to.be.within(65_536, 70_000);
    });
  });
});
