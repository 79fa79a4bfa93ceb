import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
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
  getXattr,
  listXattrs,
  readXattrs,
  removeXattr,
  setXattr,
  type XattrTarget,
  xattrsAt,
  xattrsOfFd,
  xattrsOfPathFd,
} from '../../../../../src/endpoint/local/sys/xattr.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { bytes, errnoOf, withTempDirectory } from './temp-directory.js';

function namesOf(target: XattrTarget): string[] {
  return readXattrs(target).map((xattr) => Buffer.from(xattr.name).toString('latin1'));
}

for (const kind of ['xfs', 'btrfs', 'ext4'] as const) {
  describe(`extended attributes on ${kind}`, () => {
    const filesystem = withFilesystem(kind, 64);
    const temp = withTempDirectory(() => filesystem().path);
    beforeEach(() => writeFileSync(`${temp().path}/f`, ''));

    it('are set, read sorted by bytes, replaced and removed', () => {
      const fd = openAt(temp().fd, bytes('f'), O_RDONLY);
      const target = xattrsOfFd(fd);
      expect(readXattrs(target)).to.deep.equal([]);
      const odd = Buffer.from('user.\xff\xfe', 'latin1');
      setXattr(target, odd, Buffer.from([0, 1, 255]));
      setXattr(target, bytes('user.b'), bytes(''));
      setXattr(target, bytes('trusted.a'), bytes('x'));
      setXattr(target, bytes('user.b'), bytes('again'));
      expect(readXattrs(target)).to.deep.equal([
        { name: bytes('trusted.a'), value: bytes('x') },
        { name: bytes('user.b'), value: bytes('again') },
        { name: odd, value: Buffer.from([0, 1, 255]) },
      ]);
      expect(removeXattr(target, odd)).to.equal(true);
      expect(removeXattr(target, odd)).to.equal(false);
      expect(getXattr(target, odd)).to.equal(null);
      expect(listXattrs(target)).to.have.length(2);
      close(fd);
    });

    it('show an ACL once, as every file system has it', () => {
      execFileSync('setfacl', ['-m', 'u:12345:r', `${temp().path}/f`]);
      expect(namesOf(xattrsAt(temp().fd, bytes('f')))).to.deep.equal(['system.posix_acl_access']);
    });

    it('keep an empty value apart from none', () => {
      const target = xattrsAt(temp().fd, bytes('f'));
      setXattr(target, bytes('user.empty'), new Uint8Array(0));
      expect(getXattr(target, bytes('user.empty'))).to.deep.equal(Buffer.alloc(0));
      expect(getXattr(target, bytes('user.none'))).to.equal(null);
    });

    it('include POSIX ACLs, which can be put on another file', () => {
      const { fd, path } = temp();
      execFileSync('setfacl', ['-m', 'u:1234:rw,g:99:r', `${path}/f`]);
      writeFileSync(`${path}/g`, '');
      const [acl] = readXattrs(xattrsAt(fd, bytes('f')));
      expect(Buffer.from(acl?.name ?? []).toString()).to.equal('system.posix_acl_access');
      setXattr(xattrsAt(fd, bytes('g')), acl?.name ?? bytes(''), acl?.value ?? bytes(''));
      const shown = execFileSync('getfacl', ['-nc', `${path}/g`], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      expect(shown).to.contain('user:1234:rw-').and.contain('group:99:r--');
    });

    it('belong to symlinks and special files themselves, by name and by O_PATH', () => {
      const { fd, path } = temp();
      symlinkSync('f', `${path}/link`);
      makeNode(fd, bytes('fifo'), 'fifo', 0o600);
      for (const name of ['link', 'fifo']) {
        setXattr(xattrsAt(fd, bytes(name)), bytes('trusted.by-name'), bytes('1'));
        const held = openAt(fd, bytes(name), O_PATH);
        const target = xattrsOfPathFd(held);
        setXattr(target, bytes('trusted.by-fd'), bytes('2'));
        expect(namesOf(target)).to.deep.equal(['trusted.by-fd', 'trusted.by-name']);
        expect(namesOf(xattrsAt(fd, bytes(name)))).to.deep.equal(namesOf(target));
        close(held);
      }
      expect(namesOf(xattrsAt(fd, bytes('f')))).to.deep.equal([]);
    });

    it('are reached through names that are not UTF-8', () => {
      const name = Buffer.alloc(255, 0xe9);
      makeNode(temp().fd, name, 'socket', 0o600);
      setXattr(xattrsAt(temp().fd, name), bytes('trusted.a'), bytes('1'));
      expect(namesOf(xattrsAt(temp().fd, name))).to.deep.equal(['trusted.a']);
    });

    it('fail with the reason of the kernel', () => {
      const target = xattrsAt(temp().fd, bytes('f'));
      expect(errnoOf(() => setXattr(target, bytes('nonsense.a'), bytes('')))).to.equal(
        'EOPNOTSUPP',
      );
      expect(errnoOf(() => readXattrs(xattrsAt(temp().fd, bytes('none'))))).to.equal('ENOENT');
      expect(errnoOf(() => xattrsAt(temp().fd, bytes('../f')))).to.equal('protocol_error');
    });
  });
}

describe('extended attributes', () => {
  const filesystem = withFilesystem('xfs', 64);

  it('may be as large as the kernel allows', () => {
    const root = openRoot(bytes(filesystem().path));
    mkdirSync(`${filesystem().path}/d`);
    const target = xattrsAt(root, bytes('d'));
    setXattr(target, bytes('user.large'), Buffer.alloc(65536, 7));
    expect(getXattr(target, bytes('user.large'))?.equals(Buffer.alloc(65536, 7))).to.equal(true);
    close(root);
  });

  it('are none where the file system has none', () => {
    const root = openRoot(bytes('/proc'));
    expect(readXattrs(xattrsAt(root, bytes('version')))).to.deep.equal([]);
    expect(getXattr(xattrsAt(root, bytes('version')), bytes('user.a'))).to.equal(null);
    close(root);
  });
});
