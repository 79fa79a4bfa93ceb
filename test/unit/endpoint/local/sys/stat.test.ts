import { chmodSync, linkSync, lstatSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { makeNode } from '../../../../../src/endpoint/local/sys/create.js';
import {
  close,
  O_PATH,
  O_RDONLY,
  openAt,
  openRoot,
} from '../../../../../src/endpoint/local/sys/open.js';
import {
  composeDevice,
  inodeGeneration,
  StatView,
  statAt,
  statFd,
} from '../../../../../src/endpoint/local/sys/stat.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { bytes, errnoOf, withTempDirectory } from './temp-directory.js';

describe('stat', () => {
  const temp = withTempDirectory();

  it('agrees with Node on every field', () => {
    const { fd, path } = temp();
    writeFileSync(`${path}/f`, 'twelve bytes');
    chmodSync(`${path}/f`, 0o4751);
    linkSync(`${path}/f`, `${path}/g`);
    const expected = lstatSync(`${path}/f`, { bigint: true });
    const found = statAt(fd, bytes('f'));
    expect(found).to.include({
      type: 'file',
      dev: Number(expected.dev),
      ino: expected.ino,
      mode: Number(expected.mode),
      permissions: 0o4751,
      nlink: 2,
      uid: Number(expected.uid),
      gid: Number(expected.gid),
      rdevMajor: 0,
      rdevMinor: 0,
      size: 12n,
      blocks: expected.blocks,
      atimeNs: expected.atimeNs,
      mtimeNs: expected.mtimeNs,
      ctimeNs: expected.ctimeNs,
    });
    expect(composeDevice(found.devMajor, found.devMinor)).to.equal(found.dev);
    const open = openAt(fd, bytes('f'), O_RDONLY);
    expect(statFd(open)).to.deep.equal(found);
    close(open);
  });

  it('looks at a symlink itself, by name and by O_PATH', () => {
    const { fd, path } = temp();
    symlinkSync('target', `${path}/link`);
    expect(statAt(fd, bytes('link'))).to.include({ type: 'symlink', size: 6n });
    const link = openAt(fd, bytes('link'), O_PATH);
    expect(statFd(link).type).to.equal('symlink');
    close(link);
  });

  it('tells devices by both numbers', () => {
    makeNode(temp().fd, bytes('device'), 'block', 0o600, 259, 70000);
    const found = statAt(temp().fd, bytes('device'));
    expect(found).to.include({ type: 'block', rdevMajor: 259, rdevMinor: 70000 });
  });

  it('fills one view again and again', () => {
    const { fd, path } = temp();
    writeFileSync(`${path}/one`, '1');
    writeFileSync(`${path}/three`, '333');
    const view = new StatView();
    expect(view.statAt(fd, bytes('one')).size).to.equal(1n);
    expect(view.findAt(fd, bytes('three'))).to.equal(true);
    expect(view.size).to.equal(3n);
    expect(view.findAt(fd, bytes('none'))).to.equal(false);
    expect(errnoOf(() => view.statAt(fd, bytes('none')))).to.equal('ENOENT');
    expect(errnoOf(() => view.findAt(-1, bytes('none')))).to.equal('EBADF');
  });

  for (const kind of ['xfs', 'btrfs', 'ext4'] as const) {
    describe(`on ${kind}`, () => {
      const filesystem = withFilesystem(kind, 64);
      const there = withTempDirectory(() => filesystem().path);

      it('gives birth time, generation and mount', () => {
        const { fd, path } = there();
        writeFileSync(`${path}/f`, '');
        const found = statAt(fd, bytes('f'));
        expect(found.btimeNs).to.equal(lstatSync(`${path}/f`, { bigint: true }).birthtimeNs);
        expect(found.btimeNs > 0n).to.equal(true);
        expect(found.mountId).to.equal(statFd(fd).mountId);
        const open = openAt(fd, bytes('f'), O_RDONLY);
        expect(inodeGeneration(open)).to.be.greaterThan(0);
        close(open);
      });
    });
  }

  it('gives generation 0 where there is none', () => {
    const root = openRoot(bytes('/proc'));
    const proc = openAt(root, bytes('version'), O_RDONLY);
    expect(inodeGeneration(proc)).to.equal(0);
    close(root);
    close(proc);
  });
});
