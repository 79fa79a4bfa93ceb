import { join } from 'node:path';
import { expect } from 'chai';
import type { DatasetInfo } from '../../../../../src/model/dataset.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { CopyFixture } from './copy-fixture.js';

const FIRST = `
  mkdir -p a/b/c empty keep 'new\nline' "$(printf '\\xff\\xfe')"
  echo one > a/one; echo two > a/b/two; echo three > a/b/c/three
  touch empty-file; printf x > keep/x; ln -s ../a/one keep/link; ln -s /no/where dangling
  mkfifo pipe; mknod device c 1 3
  ln a/one a/hard; ln a/one keep/hard2
  truncate -s 10M sparse; printf data | dd of=sparse bs=1 seek=5000000 conv=notrunc status=none
  head -c 300000 /dev/urandom > big; head -c 65536 /dev/urandom > leaf; head -c 131073 /dev/urandom > odd
  chmod 4755 a/one; chmod 1777 keep; chown 1234:2345 big; chmod 0 leaf
  setfattr -n user.test -v value big; setfattr -n user.dir -v d keep
  setfacl -m u:1000:rw odd; setfacl -d -m g:100:rx keep
  touch -h -d '1960-05-05 05:05:05.123456789' dangling a/b/two keep
  touch -d '2001-02-03 04:05:06.7' a
`;

/** Each is applied to the tree that the one before left. */
const EDITS: readonly (readonly [string, string])[] = [
  ['nothing', ':'],
  [
    'edited bytes',
    'printf Z | dd of=big bs=1 seek=100000 conv=notrunc status=none; echo more >> odd',
  ],
  ['a file cut inside a leaf', 'truncate -s 70000 odd; truncate -s 0 leaf'],
  ['a file that grew by a hole', 'truncate -s 500000 odd'],
  ['renamed files', 'mv a/b/two a/b/deux; mv keep/x x'],
  ['two names swapped', 'mv a/b/deux t; mv big a/b/deux; mv t big'],
  ['a cycle of three names', 'mv big t; mv odd big; mv leaf odd; mv t leaf'],
  ['a cycle of three directories', 'mv a t; mv keep a; mv empty keep; mv t empty'],
  ['a directory moved into its former sibling', 'mkdir s1 s2; echo 1 > s1/f; echo 2 > s2/f'],
  ['... and moved', 'mv s1 s2/s1'],
  ['... and turned inside out', 'mv s2/s1 t; mv s2 t/s2; mv t s1'],
  ['a directory replaced by a file', 'rm -r s1; echo file > s1'],
  ['a file replaced by a directory', 'rm s1; mkdir s1; echo inside > s1/f'],
  [
    'a file replaced by a symlink and the reverse',
    'rm dangling; echo now > dangling; rm x; ln -s y x',
  ],
  ['hard links added', 'ln empty/one l1; ln empty/one l2; ln sparse s1/sparse2'],
  ['hard links regrouped', 'rm l1; ln sparse l1; rm empty/hard; echo alone > empty/hard; mv l2 l3'],
  ['a hard-linked file edited', 'echo appended >> l3'],
  ['a file written beside and renamed over', 'cp -p big t; echo tail >> t; mv t big'],
  ['metadata', 'chmod 600 big; chown 7:8 sparse; setfattr -n user.n -v 1 a; touch -d @5 s1'],
  ['a moved file with new bytes', 'mv big moved; echo x >> moved'],
  ['a file moved out of a directory that goes', 'mkdir -p g/h; echo in > g/h/in; echo out > g/out'],
  ['... and gone', 'mv g/h/in saved; rm -r g'],
  ['a directory moved out of one that goes', 'mkdir -p g/h/i; echo i > g/h/i/f'],
  ['... and gone as well', 'mv g/h/i i; rm -r g'],
  ['old things in new directories', 'mkdir -p n/m; mv i n/m/i; mv saved n/saved; ln l3 n/l4'],
  ['flags', 'chattr +i moved; chattr +a l1'],
  [
    'flagged files edited',
    'chattr -i moved; echo y >> moved; chattr +i moved; chattr -a l1; mv l1 l0; chattr +a l0',
  ],
  ['flags gone', 'chattr -i moved; chattr -a l0; rm moved'],
  ['deep directories', 'mkdir -p d/$(seq -s/ 1 150); echo deep > d/1/2/3/f'],
  ['... moved', 'mv d/1/2 d2; rmdir d/1'],
  ['everything gone', 'rm -rf -- * '],
  ['everything new', 'mkdir z; echo z > z/z'],
];

/** Where the versions of all trees lie: one that is made again gets another inode. */
function versionInodes(fixture: CopyFixture): string {
  const find = 'find .datamover -path "*/versions/*" -type f -printf "%i %p\\n"';
  return fixture.sh(`${find} | sort`, fixture.parent);
}

function describeCopies(name: string, source: () => string, target: () => string): void {
  describe(`copies on ${name}`, function () {
    this.timeout(120_000);
    let fixture: CopyFixture;
    let first: DatasetInfo;
    before(() => {
      fixture = new CopyFixture(target(), source());
    });
    after(() => fixture[Symbol.asyncDispose]());

    it('receives a first copy that is the same in everything', async () => {
      fixture.sh(FIRST);
      first = await fixture.capture();
      const { result, failures } = await fixture.copy(first);
      expect(failures).to.deep.equal([]);
      expect(result.dataset.rootDigest).to.equal(first.rootDigest);
      fixture.expectSame();
      fixture.expectNoStaging();
    });

    it('keeps a version of every received file where blocks can be shared', () => {
      const inodes = fixture.sh('find . -type f -printf "%i\\n" | sort -u', fixture.target);
      const files = inodes.split('\n').length - 1;
      const kept = fixture.targetRoot
        .trees()
        .flatMap(({ directory }) => [...directory.versions.list()]);
      expect(kept).to.have.length(name === 'ext4' ? 0 : files);
    });

    it('keeps each version once: the commit does not make those of the lanes again', async () => {
      const dataset = await fixture.capture();
      const target = fixture.makeTarget();
      const begin = target.begin.bind(target);
      let before: string | null = null;
      target.begin = async (offer, signal) => {
        const session = await begin(offer, signal);
        const commit = session.commit.bind(session);
        session.commit = (...given) => {
          before = versionInodes(fixture);
          return commit(...given);
        };
        return session;
      };
      const targetPath = Buffer.from(join(fixture.parent, 'again'));
      await fixture.copy(dataset, null, { target, offer: { targetPath } });
      expect(before).to.equal(versionInodes(fixture));
    });

    it('follows every kind of change', async function () {
      // Some thirty datasets and copies.
      this.timeout(600_000);
      let base = await fixture.capture();
      await fixture.copy(base, first);
      for (const [what, script] of EDITS) {
        fixture.sh(script);
        const dataset = await fixture.capture();
        const { failures, whole } = await fixture.copy(dataset, base);
        expect(failures, what).to.deep.equal([]);
        expect(whole, what).to.equal(0);
        // XFS shows what it reserves for copies on write as data for a while.
        fixture.expectSame({ flags: what.includes('flag'), holes: name !== 'XFS' });
        base = dataset;
      }
      fixture.expectNoStaging();
    });
  });
}

describe('receiving a tree', () => {
  const ext4 = withFilesystem('ext4', 512);
  const xfs = withFilesystem('xfs', 512);
  const btrfs = withFilesystem('btrfs', 512);
  const source = () => ext4().path;
  describeCopies('ext4', source, source);
  describeCopies('XFS', source, () => xfs().path);
  describeCopies('btrfs', source, () => btrfs().path);
});
