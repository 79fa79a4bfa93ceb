import { expect } from 'chai';
import {
  advise,
  fdatasync,
  fsync,
  preallocate,
  punchHole,
  readAt,
  syncfs,
  syncfsInBackground,
  truncate,
  writeAt,
} from '../../../../../src/endpoint/local/sys/data.js';
import { dataExtents, sizeAsNumber } from '../../../../../src/endpoint/local/sys/holes.js';
import {
  close,
  O_CREAT,
  O_RDWR,
  openAt,
  openRoot,
} from '../../../../../src/endpoint/local/sys/open.js';
import { statFd } from '../../../../../src/endpoint/local/sys/stat.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { bytes, errnoOf, withTempDirectory } from './temp-directory.js';

const MIB = 1024 * 1024;

for (const kind of ['xfs', 'btrfs', 'ext4'] as const) {
  describe(`file data on ${kind}`, () => {
    const filesystem = withFilesystem(kind, 64);
    const temp = withTempDirectory(() => filesystem().path);
    let fd = -1;
    beforeEach(() => {
      fd = openAt(temp().fd, bytes('f'), O_RDWR | O_CREAT, 0o600);
    });
    afterEach(() => close(fd));

    it('is read and written in regions of buffers at any offset', () => {
      const far = 5n * 1024n ** 4n;
      writeAt(fd, bytes('__abc__'), 2, 3, far);
      const buffer = Buffer.alloc(8, 0x2e);
      expect(readAt(fd, buffer, 1, 6, far - 1n)).to.equal(4);
      expect(buffer.toString('latin1')).to.equal('.\0abc...');
      expect(readAt(fd, buffer, 0, 8, Number(far) + 3)).to.equal(0);
      expect(statFd(fd).size).to.equal(far + 3n);
      expect(() => readAt(fd, buffer, 4, 5, 0)).to.throw(RangeError);
    });

    it('shows its holes, made by seeking, cutting and punching', () => {
      const block = Buffer.alloc(MIB, 1);
      for (const at of [1, 2, 5]) writeAt(fd, block, 0, MIB, at * MIB);
      truncate(fd, 10n * BigInt(MIB));
      const extents = () => [...dataExtents(fd, statFd(fd).size)];
      expect(extents()).to.deep.equal([
        { offset: MIB, length: 2 * MIB },
        { offset: 5 * MIB, length: MIB },
      ]);
      expect(punchHole(fd, 2 * MIB, MIB)).to.equal(true);
      expect([...dataExtents(fd, 5 * MIB + 10)]).to.deep.equal([
        { offset: MIB, length: MIB },
        { offset: 5 * MIB, length: 10 },
      ]);
      expect(statFd(fd).size).to.equal(10n * BigInt(MIB));
      truncate(fd, 0);
      expect(extents()).to.deep.equal([]);
      truncate(fd, MIB);
      expect(extents()).to.deep.equal([]);
    });

    it('reserves room without changing the size', () => {
      expect(preallocate(fd, 0, MIB)).to.equal(true);
      expect(statFd(fd).size).to.equal(0n);
      expect(statFd(fd).blocks * 512n).to.equal(BigInt(MIB));
      expect(errnoOf(() => preallocate(fd, 0, 1024 ** 4))).to.equal('ENOSPC');
    });

    it('is made durable file by file or as a whole', () => {
      writeAt(fd, bytes('x'), 0, 1, 0);
      fsync(fd);
      fdatasync(fd);
      syncfs(temp().fd);
      advise(fd, 0, 0, 'dontNeed');
      expect(readAt(fd, Buffer.alloc(4), 0, 4, 0)).to.equal(1);
      expect(errnoOf(() => fsync(-1))).to.equal('EBADF');
      expect(errnoOf(() => syncfs(-1))).to.equal('EBADF');
    });

    it('is made durable while this thread goes on', async () => {
      writeAt(fd, bytes('x'), 0, 1, 0);
      await syncfsInBackground(temp().fd);
      const failure = await syncfsInBackground(-1).catch((error: unknown) => error);
      expect(failure).to.have.property('code', 'EBADF');
    });
  });
}

describe('file data', () => {
  it('is all of a file where the file system does not tell holes', () => {
    const root = openRoot(bytes('/proc'));
    const fd = openAt(root, bytes('cpuinfo'), 0);
    expect([...dataExtents(fd, 100)]).to.deep.equal([{ offset: 0, length: 100 }]);
    close(fd);
    close(root);
  });

  it('beyond 8 PiB is refused', () => {
    expect(errnoOf(() => sizeAsNumber(2n ** 53n))).to.equal('not_supported');
    expect(sizeAsNumber(2n ** 53n - 1n)).to.equal(Number.MAX_SAFE_INTEGER);
  });
});
