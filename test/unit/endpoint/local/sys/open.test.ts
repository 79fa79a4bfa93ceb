import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readAt } from '../../../../../src/endpoint/local/sys/data.js';
import {
  close,
  dup,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_PATH,
  O_RDONLY,
  O_WRONLY,
  openAt,
  openBeneath,
  openByComponents,
  openParent,
  openRoot,
  openSelf,
  openUnnamed,
  reopen,
} from '../../../../../src/endpoint/local/sys/open.js';
import { statFd } from '../../../../../src/endpoint/local/sys/stat.js';
import { bytes, errnoOf, withTempDirectory } from './temp-directory.js';

function contentOf(fd: number): string {
  const buffer = Buffer.alloc(64);
  const length = readAt(fd, buffer, 0, buffer.length, 0);
  close(fd);
  return buffer.toString('latin1', 0, length);
}

describe('opening', () => {
  const temp = withTempDirectory();
  beforeEach(() => {
    const { path } = temp();
    mkdirSync(join(path, 'a/b'), { recursive: true });
    writeFileSync(join(path, 'a/b/f'), 'inside');
    symlinkSync('b', join(path, 'a/link'));
    symlinkSync('f', join(path, 'a/b/link'));
    symlinkSync('/proc/self/fd', join(path, 'magic'));
  });

  for (const [how, open] of [
    ['openat2', openBeneath],
    ['the walk for old kernels', openByComponents],
  ] as const) {
    describe(`beneath a directory by ${how}`, () => {
      const tryOpen = (path: string, flags = O_RDONLY): string =>
        errnoOf(() => close(open(temp().fd, bytes(path), flags)));

      it('reads and creates files, and opens the directory itself by the empty path', () => {
        expect(contentOf(open(temp().fd, bytes('a/b/f'), O_RDONLY))).to.equal('inside');
        close(open(temp().fd, bytes('a/b/new'), O_WRONLY | O_CREAT | O_EXCL, 0o600));
        expect(readFileSync(join(temp().path, 'a/b/new'), 'utf8')).to.equal('');
        const self = open(temp().fd, bytes(''), O_RDONLY);
        expect(statFd(self).ino).to.equal(statFd(temp().fd).ino);
        close(self);
      });

      it('refuses a symlink at any place', () => {
        expect(tryOpen('a/link/f')).to.equal('ELOOP');
        expect(tryOpen('a/b/link')).to.equal('ELOOP');
        expect(tryOpen('a/link', O_DIRECTORY)).to.equal('ELOOP');
        expect(tryOpen('magic/0')).to.equal('ELOOP');
      });

      it('opens a last symlink itself with O_PATH', () => {
        const fd = open(temp().fd, bytes('a/b/link'), O_PATH);
        expect(statFd(fd).type).to.equal('symlink');
        close(fd);
      });

      it('refuses to leave the directory', () => {
        expect(tryOpen('../etc/passwd')).to.equal('protocol_error');
        expect(tryOpen('a/../../x')).to.equal('protocol_error');
        expect(tryOpen('/etc/passwd')).to.equal('protocol_error');
      });

      it('tells absence and a file in the way', () => {
        expect(tryOpen('a/none')).to.equal('ENOENT');
        expect(tryOpen('a/b/f/x')).to.equal('ENOTDIR');
      });

      it('goes deeper than one path can name', () => {
        let fd = openSelf(temp().fd);
        const name = 'n'.repeat(200);
        for (let depth = 0; depth < 25; depth++) {
          mkdirSync(`/proc/self/fd/${fd}/${name}`);
          const next = openAt(fd, bytes(name), O_RDONLY | O_DIRECTORY);
          close(fd);
          fd = next;
        }
        const ino = statFd(fd).ino;
        close(fd);
        const deep = open(temp().fd, bytes(Array(25).fill(name).join('/')), O_RDONLY | O_DIRECTORY);
        expect(statFd(deep).ino).to.equal(ino);
        close(deep);
      });
    });
  }

  it('does not follow a symlink in one step', () => {
    const b = openBeneath(temp().fd, bytes('a/b'), O_PATH | O_DIRECTORY);
    expect(errnoOf(() => openAt(b, bytes('link'), O_RDONLY))).to.equal('ELOOP');
    expect(contentOf(openAt(b, bytes('f'), O_RDONLY))).to.equal('inside');
    close(b);
  });

  it('does not wait for a writer of a fifo', () => {
    execFileSync('mkfifo', [join(temp().path, 'fifo')]);
    const fd = openAt(temp().fd, bytes('fifo'), O_RDONLY);
    expect(statFd(fd).type).to.equal('fifo');
    close(fd);
  });

  it('opens a root by its real path only, unless told', () => {
    const { path } = temp();
    const root = openRoot(bytes(`${path}//a/b/`));
    expect(contentOf(openAt(root, bytes('f'), O_RDONLY))).to.equal('inside');
    close(root);
    expect(errnoOf(() => openRoot(bytes(`${path}/a/link`)))).to.equal('ELOOP');
    const followed = openRoot(bytes(`${path}/a/link`), { followSymlinks: true });
    expect(contentOf(openAt(followed, bytes('f'), O_RDONLY))).to.equal('inside');
    close(followed);
    expect(errnoOf(() => openRoot(bytes('relative')))).to.equal('invalid_argument');
    expect(errnoOf(() => openRoot(bytes(`${path}/../x`)))).to.equal('protocol_error');
    expect(errnoOf(() => openRoot(bytes(`${path}/a/b/f`)))).to.equal('ENOTDIR');
    const top = openRoot(bytes('/'));
    expect(statFd(top).type).to.equal('dir');
    close(top);
  });

  it('goes up, opens again, duplicates, and makes unnamed files', () => {
    const a = openAt(temp().fd, bytes('a'), O_PATH | O_DIRECTORY);
    const up = openParent(a);
    expect(statFd(up).ino).to.equal(statFd(temp().fd).ino);
    close(up);
    const path = openBeneath(temp().fd, bytes('a/b/f'), O_PATH);
    expect(contentOf(reopen(path, O_RDONLY))).to.equal('inside');
    const copy = dup(path);
    expect(copy).to.not.equal(path);
    close(copy);
    close(path);
    close(a);
    const unnamed = openUnnamed(temp().fd, 0o600);
    expect(statFd(unnamed).nlink).to.equal(0);
    close(unnamed);
    expect(errnoOf(() => close(unnamed))).to.equal('EBADF');
  });
});
