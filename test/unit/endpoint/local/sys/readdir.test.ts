import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { makeDirectory, makeNode } from '../../../../../src/endpoint/local/sys/create.js';
import { close, O_DIRECTORY, openAt } from '../../../../../src/endpoint/local/sys/open.js';
import { readDirectory } from '../../../../../src/endpoint/local/sys/readdir.js';
import { statAt } from '../../../../../src/endpoint/local/sys/stat.js';
import { bytes, withTempDirectory } from './temp-directory.js';

describe('reading a directory', () => {
  const temp = withTempDirectory();

  it('gives every name as bytes, with inode number and type', () => {
    const { fd, path } = temp();
    const odd = Buffer.alloc(255, 0xfe);
    makeDirectory(fd, odd, 0o755);
    writeFileSync(`${path}/file`, '');
    symlinkSync('nowhere', `${path}/link`);
    makeNode(fd, bytes('fifo'), 'fifo', 0o600);
    makeNode(fd, bytes('socket'), 'socket', 0o600);
    writeFileSync(`${path}/..a`, '');
    const found = [...readDirectory(fd)].flat();
    const types = Object.fromEntries(found.map((e) => [e.name.toString('latin1'), e.type]));
    expect(types).to.deep.equal({
      [odd.toString('latin1')]: 'dir',
      file: 'file',
      link: 'symlink',
      fifo: 'fifo',
      socket: 'socket',
      '..a': 'file',
    });
    for (const entry of found) expect(entry.ino).to.equal(statAt(fd, entry.name).ino);
  });

  it('starts anew each time and gives nothing for an empty directory', () => {
    const { fd, path } = temp();
    expect([...readDirectory(fd)]).to.deep.equal([]);
    mkdirSync(`${path}/one`);
    for (let round = 0; round < 2; round++) {
      const names = [...readDirectory(fd)].flat().map((entry) => entry.name.toString());
      expect(names).to.deep.equal(['one']);
    }
  });

  it('reads several directories at once, each in many batches', () => {
    const { fd, path } = temp();
    const readers = ['x', 'y'].map((which) => {
      mkdirSync(`${path}/${which}`);
      const dir = openAt(fd, bytes(which), O_DIRECTORY);
      const padding = which.repeat(200);
      for (let i = 0; i < 1500; i++) makeNode(dir, bytes(`${padding}${i}`), 'fifo', 0o600);
      return { dir, which, batches: readDirectory(dir), names: new Set<string>(), count: 0 };
    });
    for (let more = true; more; ) {
      more = false;
      for (const reader of readers) {
        const next = reader.batches.next();
        if (next.done === true) continue;
        more = true;
        reader.count++;
        for (const entry of next.value) reader.names.add(entry.name.toString());
      }
    }
    for (const { dir, which, names, count } of readers) {
      expect(count).to.be.greaterThan(1);
      expect(names.size).to.equal(1500);
      expect([...names].every((name) => name.startsWith(which.repeat(200)))).to.equal(true);
      close(dir);
    }
  });
});
