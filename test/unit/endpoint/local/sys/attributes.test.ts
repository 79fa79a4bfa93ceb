import { chmodSync, lstatSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  chmodAt,
  chmodFd,
  chownAt,
  chownFd,
  getFlags,
  setFlags,
  setTimesAt,
  setTimesFd,
} from '../../../../../src/endpoint/local/sys/attributes.js';
import { makeNode, unlinkAt } from '../../../../../src/endpoint/local/sys/create.js';
import {
  close,
  O_PATH,
  O_RDONLY,
  openAt,
  openRoot,
} from '../../../../../src/endpoint/local/sys/open.js';
import { statAt, statFd } from '../../../../../src/endpoint/local/sys/stat.js';
import { FLAG_APPEND, FLAG_IMMUTABLE, FLAG_NODUMP } from '../../../../../src/model/inode-flags.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { bytes, errnoOf, withTempDirectory } from './temp-directory.js';

for (const kind of ['xfs', 'btrfs', 'ext4'] as const) {
  describe(`attributes on ${kind}`, () => {
    const filesystem = withFilesystem(kind, 64);
    const temp = withTempDirectory(() => filesystem().path);
    beforeEach(() => {
      const { fd, path } = temp();
      writeFileSync(`${path}/f`, '');
      chmodSync(`${path}/f`, 0o600);
      symlinkSync('f', `${path}/link`);
      makeNode(fd, bytes('fifo'), 'fifo', 0o600);
    });

    it('set all 12 permission bits, of files and special files, never through a symlink', () => {
      const { fd } = temp();
      const file = openAt(fd, bytes('f'), O_RDONLY);
      chmodFd(file, 0o6754);
      expect(statFd(file).permissions).to.equal(0o6754);
      close(file);
      chmodAt(fd, bytes('fifo'), 0o1777);
      expect(statAt(fd, bytes('fifo')).permissions).to.equal(0o1777);
      expect(errnoOf(() => chmodAt(fd, bytes('link'), 0o777))).to.equal('EOPNOTSUPP');
      expect(statAt(fd, bytes('f')).permissions).to.equal(0o6754);
    });

    it('set owners up to the largest number, of a symlink itself', () => {
      const { fd } = temp();
      chownAt(fd, bytes('link'), 4294967294, 77);
      expect(statAt(fd, bytes('link'))).to.include({ uid: 4294967294, gid: 77 });
      expect(statAt(fd, bytes('f'))).to.include({ uid: 0, gid: 0 });
      const fifo = openAt(fd, bytes('fifo'), O_PATH);
      chownFd(fifo, 5, 6);
      expect(statFd(fifo)).to.include({ uid: 5, gid: 6 });
      close(fifo);
    });

    const times: Readonly<Record<string, bigint>> = {
      'a nanosecond before 1970': -1n,
      'a second before 1970': -1_000_000_000n,
      '1935': -1_100_000_000_123_456_789n,
      'after 2038': 4_000_000_000_987_654_321n,
      'the epoch': 0n,
    };
    for (const [when, ns] of Object.entries(times)) {
      it(`set times to the nanosecond: ${when}`, () => {
        const { fd } = temp();
        const file = openAt(fd, bytes('f'), O_RDONLY);
        setTimesFd(file, ns, ns + 1n);
        expect(statFd(file)).to.include({ atimeNs: ns, mtimeNs: ns + 1n });
        close(file);
        setTimesAt(fd, bytes('link'), ns, ns);
        expect(statAt(fd, bytes('link'))).to.include({ atimeNs: ns, mtimeNs: ns });
        expect(statAt(fd, bytes('f')).mtimeNs).to.equal(ns + 1n);
      });
    }

    it('leave a time alone that is null', () => {
      const { fd } = temp();
      setTimesAt(fd, bytes('f'), 5n, 6n);
      setTimesAt(fd, bytes('f'), null, 7n);
      setTimesAt(fd, bytes('f'), 8n, null);
      expect(statAt(fd, bytes('f'))).to.include({ atimeNs: 8n, mtimeNs: 7n });
    });

    it('set file attributes, and an immutable file resists', () => {
      const { fd } = temp();
      const file = openAt(fd, bytes('f'), O_RDONLY);
      const before = getFlags(file);
      setFlags(file, before | FLAG_IMMUTABLE | FLAG_NODUMP);
      expect(getFlags(file) & (FLAG_IMMUTABLE | FLAG_NODUMP | FLAG_APPEND)).to.equal(
        FLAG_IMMUTABLE | FLAG_NODUMP,
      );
      expect(errnoOf(() => unlinkAt(fd, bytes('f')))).to.equal('EPERM');
      setFlags(file, before);
      expect(getFlags(file)).to.equal(before);
      close(file);
      unlinkAt(fd, bytes('f'));
      expect(lstatSync(`${temp().path}/f`, { throwIfNoEntry: false })).to.equal(undefined);
    });
  });
}

describe('file attributes', () => {
  it('are none where the file system has none', () => {
    const root = openRoot(bytes('/proc'));
    expect(getFlags(root)).to.equal(0);
    close(root);
  });
});
