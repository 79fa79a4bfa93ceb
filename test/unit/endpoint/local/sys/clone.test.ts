import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  cloneFile,
  cloneRange,
  copyRange,
  isCloneRefusal,
} from '../../../../../src/endpoint/local/sys/clone.js';
import { punchHole, truncate, writeAt } from '../../../../../src/endpoint/local/sys/data.js';
import {
  EXTENT_NOT_COMPARABLE,
  EXTENT_SHARED,
  EXTENT_UNWRITTEN,
  type Extent,
  mapExtents,
} from '../../../../../src/endpoint/local/sys/extents.js';
import { canClone, statFilesystem } from '../../../../../src/endpoint/local/sys/filesystem.js';
import {
  close,
  O_CREAT,
  O_RDWR,
  openAt,
  openRoot,
} from '../../../../../src/endpoint/local/sys/open.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { bytes, withTempDirectory } from './temp-directory.js';

const MIB = 1024 * 1024;
const SIZE = 4 * MIB + 5;
// XFS reserves room ahead of a growing file.
const isWritten = (extent: Extent): boolean => (extent.flags & EXTENT_UNWRITTEN) === 0;
const pattern = (size: number): Buffer => Buffer.alloc(size, 'some bytes that are not all equal ');

for (const kind of ['xfs', 'btrfs', 'ext4'] as const) {
  const clones = kind !== 'ext4';
  describe(`copies on ${kind}`, () => {
    const filesystem = withFilesystem(kind, 64);
    const temp = withTempDirectory(() => filesystem().path);
    const create = (name: string): number =>
      openAt(temp().fd, bytes(name), O_RDWR | O_CREAT, 0o600);
    const content = (name: string): Buffer => readFileSync(`${temp().path}/${name}`);
    let from = -1;
    let to = -1;
    beforeEach(() => {
      from = create('from');
      to = create('to');
      writeAt(from, pattern(SIZE), 0, SIZE, 0);
    });
    afterEach(() => {
      close(from);
      close(to);
    });

    it('of ranges are right, also when the source ends before', () => {
      expect(copyRange(from, MIB, to, 3, 2 * MIB)).to.equal(2 * MIB);
      expect(
        content('to')
          .subarray(3)
          .equals(content('from').subarray(MIB, 3 * MIB)),
      ).to.equal(true);
      expect(copyRange(from, 4 * MIB, to, 0, 100)).to.equal(5);
    });

    it('between file systems go through memory where they must', () => {
      const proc = openRoot(bytes('/proc'));
      const version = openAt(proc, bytes('version'), 0);
      const length = readFileSync('/proc/version').length;
      expect(copyRange(version, 0, to, 0, 4096)).to.equal(length);
      expect(content('to').equals(readFileSync('/proc/version'))).to.equal(true);
      close(version);
      close(proc);
    });

    it(`${clones ? 'can' : 'cannot'} share extents, as the probe says`, () => {
      expect(canClone(temp().fd)).to.equal(clones);
      if (!clones) {
        expect(() => cloneFile(from, to))
          .to.throw()
          .that.satisfies(isCloneRefusal);
        return;
      }
      cloneFile(from, to);
      expect(content('to').equals(content('from'))).to.equal(true);
      truncate(to, 0);
      cloneRange(from, MIB, MIB, to, 0);
      expect(content('to').equals(content('from').subarray(MIB, 2 * MIB))).to.equal(true);
      expect(() => cloneRange(from, 1, 7, to, 0))
        .to.throw()
        .that.satisfies(isCloneRefusal);
    });

    it('show in the extent map', () => {
      const map = (fd: number, start = 0, end = SIZE): Extent[] => [...mapExtents(fd, start, end)];
      expect(map(to)).to.deep.equal([]);
      punchHole(from, MIB, MIB);
      const extents = map(from);
      const bytesMapped = extents.reduce((sum, extent) => sum + extent.length, 0);
      expect(bytesMapped).to.equal(3 * MIB + 5);
      for (const { logical, length, flags } of extents) {
        expect(logical + length <= MIB || logical >= 2 * MIB).to.equal(true);
        expect(flags & EXTENT_NOT_COMPARABLE).to.equal(0);
      }
      expect(map(from, MIB, 2 * MIB)).to.deep.equal([]);
      const [middle] = map(from, 3 * MIB, 3 * MIB + 4096);
      const whole = extents.find((extent) => extent.logical + extent.length > 3 * MIB);
      expect(middle).to.include({ logical: 3 * MIB, length: 4096 });
      expect(middle?.physical).to.equal((whole?.physical ?? 0) + 3 * MIB - (whole?.logical ?? 0));
      if (!clones) return;
      cloneFile(from, to);
      const places = (list: Extent[]) => list.map((e) => `${e.logical} ${e.physical} ${e.length}`);
      expect(places(map(to))).to.deep.equal(places(map(from)));
      expect(map(to).every((extent) => (extent.flags & EXTENT_SHARED) !== 0)).to.equal(true);
    });

    it('with thousands of extents are mapped completely, two maps at a time', () => {
      const count = 2500;
      const block = Buffer.alloc(4096, 1);
      for (const fd of [from, to]) {
        truncate(fd, 0);
        for (let i = 0; i < count; i++) writeAt(fd, block, 0, 4096, i * 8192);
      }
      const maps = [from, to].map((fd) => mapExtents(fd, 0, count * 8192));
      const seen: number[][] = [[], []];
      for (let open = maps.length; open > 0; ) {
        open = maps.length;
        for (const [which, extents] of maps.entries()) {
          const next = extents.next();
          if (next.done === true) open--;
          else if (isWritten(next.value)) seen[which]?.push(next.value.logical);
        }
      }
      const expected = Array.from({ length: count }, (_, i) => i * 8192);
      expect(seen).to.deep.equal([expected, expected]);
    });

    it('need room, which the file system tells', () => {
      const info = statFilesystem(temp().fd);
      expect(info.name).to.equal(kind);
      expect(info.readOnly).to.equal(false);
      expect(info.totalBytes > info.freeBytes && info.freeBytes > 0n).to.equal(true);
      expect(info.blockSize).to.equal(4096);
      if (kind !== 'btrfs') expect(info.totalInodes > info.freeInodes).to.equal(true);
    });
  });
}
