import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  linkAt,
  linkFd,
  makeDirectory,
  makeNode,
  makeSymlink,
  readLink,
  readLinkFd,
  removeDirectory,
  renameAt,
  unlinkAt,
} from '../../../../../src/endpoint/local/sys/create.js';
import { writeAt } from '../../../../../src/endpoint/local/sys/data.js';
import {
  close,
  O_DIRECTORY,
  O_PATH,
  openAt,
  openUnnamed,
} from '../../../../../src/endpoint/local/sys/open.js';
import { statAt } from '../../../../../src/endpoint/local/sys/stat.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { bytes, errnoOf, withTempDirectory } from './temp-directory.js';

for (const kind of ['xfs', 'btrfs', 'ext4'] as const) {
  describe(`making and moving entries on ${kind}`, () => {
    const filesystem = withFilesystem(kind, 64);
    const temp = withTempDirectory(() => filesystem().path);
    const names = (): string[] => readdirSync(temp().path, 'latin1').sort();

    it('takes 255-byte names that are not UTF-8', () => {
      const { fd } = temp();
      const dir = Buffer.alloc(255, 0xff);
      const link = Buffer.alloc(255, 0x80);
      makeDirectory(fd, dir, 0o700);
      makeSymlink(fd, link, dir);
      expect(statAt(fd, dir)).to.include({ type: 'dir', permissions: 0o700 });
      expect(readLink(fd, link)).to.deep.equal(dir);
      unlinkAt(fd, link);
      removeDirectory(fd, dir);
      expect(names()).to.deep.equal([]);
    });

    it('keeps any symlink target and reads it by name and by fd', () => {
      const { fd } = temp();
      const target = Buffer.from('/../\xff//\n', 'latin1');
      makeSymlink(fd, bytes('link'), target);
      expect(readLink(fd, bytes('link'))).to.deep.equal(target);
      const held = openAt(fd, bytes('link'), O_PATH);
      expect(readLinkFd(held)).to.deep.equal(target);
      close(held);
      const long = Buffer.alloc(kind === 'xfs' ? 1023 : 4000, 0x61);
      makeSymlink(fd, bytes('long'), long);
      expect(readLink(fd, bytes('long'))).to.deep.equal(long);
      expect(errnoOf(() => makeSymlink(fd, bytes('x'), bytes('a\0b')))).to.equal('protocol_error');
    });

    it('makes fifos, sockets and devices', () => {
      const { fd } = temp();
      for (const type of ['fifo', 'socket', 'char', 'block'] as const) {
        makeNode(fd, bytes(type), type, 0o600, 7, 300);
        const device = type === 'char' || type === 'block';
        expect(statAt(fd, bytes(type))).to.include({
          type,
          permissions: 0o600,
          rdevMajor: device ? 7 : 0,
          rdevMinor: device ? 300 : 0,
        });
      }
    });

    it('links by name, from an unnamed file and from O_PATH', () => {
      const { fd } = temp();
      const unnamed = openUnnamed(fd, 0o600);
      writeAt(unnamed, bytes('text'), 0, 4, 0);
      linkFd(unnamed, fd, bytes('a'));
      close(unnamed);
      linkAt(fd, bytes('a'), fd, bytes('b'));
      const held = openAt(fd, bytes('b'), O_PATH);
      linkFd(held, fd, bytes('c'));
      close(held);
      makeSymlink(fd, bytes('s'), bytes('a'));
      linkAt(fd, bytes('s'), fd, bytes('t'));
      expect(statAt(fd, bytes('c')).nlink).to.equal(3);
      expect(statAt(fd, bytes('t'))).to.include({ type: 'symlink', nlink: 2 });
      expect(readFileSync(`${temp().path}/c`, 'utf8')).to.equal('text');
      expect(errnoOf(() => linkAt(fd, bytes('a'), fd, bytes('b')))).to.equal('EEXIST');
    });

    it('renames: replacing, keeping, exchanging, between directories', () => {
      const { fd, path } = temp();
      writeFileSync(`${path}/a`, 'a');
      writeFileSync(`${path}/b`, 'b');
      expect(errnoOf(() => renameAt(fd, bytes('a'), fd, bytes('b'), 'keep'))).to.equal('EEXIST');
      renameAt(fd, bytes('a'), fd, bytes('b'), 'exchange');
      expect(readFileSync(`${path}/a`, 'utf8')).to.equal('b');
      makeDirectory(fd, bytes('d'), 0o755);
      const dir = openAt(fd, bytes('d'), O_DIRECTORY);
      renameAt(fd, bytes('a'), dir, bytes('a'), 'keep');
      renameAt(fd, bytes('b'), dir, bytes('a'));
      close(dir);
      expect(names()).to.deep.equal(['d']);
      expect(readFileSync(`${path}/d/a`, 'utf8')).to.equal('a');
    });

    it('removes only what it was asked to', () => {
      const { fd, path } = temp();
      makeDirectory(fd, bytes('d'), 0o755);
      writeFileSync(`${path}/d/f`, '');
      expect(errnoOf(() => removeDirectory(fd, bytes('d')))).to.equal('ENOTEMPTY');
      expect(errnoOf(() => unlinkAt(fd, bytes('d')))).to.equal('EISDIR');
      expect(errnoOf(() => unlinkAt(fd, bytes('none')))).to.equal('ENOENT');
      expect(errnoOf(() => makeDirectory(fd, bytes('d'), 0o755))).to.equal('EEXIST');
      expect(errnoOf(() => makeDirectory(fd, bytes('..'), 0o755))).to.equal('protocol_error');
      expect(errnoOf(() => renameAt(fd, bytes('d'), fd, bytes('../d')))).to.equal('protocol_error');
      expect(names()).to.deep.equal(['d']);
    });
  });
}
