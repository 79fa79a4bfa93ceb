import { execFileSync } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const MIB = 1_048_576;
export const LARGE_MIB = 8;

/** Bytes that do not compress and are the same for the same seed. */
export function noise(length: number, seed: number): Buffer {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** Writes into the middle of a file that is there. */
export function patch(path: string, offset: number, bytes: Uint8Array): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, bytes, 0, bytes.length, offset);
  closeSync(fd);
}

/** A file of `size` bytes with data at the given offsets only, 64 KiB each. */
export function writeSparse(path: string, size: number, offsets: readonly number[]): void {
  const fd = openSync(path, 'w');
  ftruncateSync(fd, size);
  for (const offset of offsets) writeSync(fd, noise(65_536, offset + 1), 0, 65_536, offset);
  closeSync(fd);
}

/**
 * Sets the modification time of an entry itself, in ns; Node's own call
 * rounds and mishandles early times.
 */
export function setTime(path: string, time: string): void {
  execFileSync('touch', ['-h', '-m', '-d', time, '--', path]);
}

/**
 * Some directories, small files, a large one, a sparse one, links of
 * both kinds: what most trees are.
 */
export function makePlainTree(root: string): void {
  mkdirSync(root, { recursive: true });
  for (const folder of ['docs', 'docs/deep', 'docs/deep/deeper', 'media', 'swap', 'types']) {
    mkdirSync(join(root, folder));
    for (let index = 0; index < 6; index++) {
      writeFileSync(join(root, folder, `file-${index}`), noise(index * 3_000, index + 1));
    }
  }
  mkdirSync(join(root, 'empty'));
  writeFileSync(join(root, 'nothing'), '');
  writeFileSync(join(root, 'large'), noise(LARGE_MIB * MIB, 77));
  writeSparse(join(root, 'sparse'), 32 * MIB, [0, 10 * MIB, 31 * MIB]);
  linkSync(join(root, 'docs/file-3'), join(root, 'media/linked'));
  linkSync(join(root, 'docs/file-3'), join(root, 'docs/deep/linked-too'));
  symlinkSync('docs/file-1', join(root, 'link'));
  symlinkSync('/nowhere/at all', join(root, 'types/dangling'));
  setTime(join(root, 'docs/deep'), '2001-02-03T04:05:06.123456789Z');
}

/** What a file system can hold and a careless copy loses. */
export async function makeOddTree(root: string): Promise<void> {
  mkdirSync(root, { recursive: true });
  makeOddNames(join(root, 'names'));
  makeOddMetadata(join(root, 'metadata'));
  await makeSpecialFiles(join(root, 'special'));
  mkdirSync(join(root, 'links/other'), { recursive: true });
  writeFileSync(join(root, 'links/one'), 'three names\n');
  linkSync(join(root, 'links/one'), join(root, 'links/other/two'));
  linkSync(join(root, 'links/one'), join(root, 'names/three'));
  symlinkSync('x'.repeat(1_000), join(root, 'links/long'));
  linkSync(join(root, 'links/long'), join(root, 'links/other/long'));
  makeOddTimes(join(root, 'times'));
}

function makeOddNames(root: string): void {
  mkdirSync(root);
  const names = [
    Buffer.from('line\nbreak'),
    Buffer.from('tab\tback\\slash "quoted" \'too\' $HOME *?[a]'),
    Buffer.from([0xff, 0xfe, 0x80, 0x01]),
    Buffer.from('a'.repeat(255)),
    Buffer.from('ä'.normalize('NFC')),
    Buffer.from('ä'.normalize('NFD')),
    Buffer.from('-rf'),
    Buffer.from('...'),
    Buffer.from(' '),
    Buffer.from('.datamover'),
    Buffer.from('😀'),
  ];
  for (const name of names) {
    const path = Buffer.concat([Buffer.from(`${root}/`), name]);
    mkdirSync(path);
    for (const below of names) {
      writeFileSync(Buffer.concat([path, Buffer.from('/'), below]), below);
    }
  }
  symlinkSync(Buffer.from([0x2f, 0xff, 0x0a]), join(root, 'bytes-in-the-target'));
}

function makeOddMetadata(root: string): void {
  mkdirSync(root);
  const file = (name: string, mode: number) => {
    const path = join(root, name);
    writeFileSync(path, name);
    chownSync(path, 12_345, 23_456);
    chmodSync(path, mode);
    return path;
  };
  file('setuid', 0o4755);
  file('setgid', 0o2755);
  file('unreadable-by-mode', 0o000);
  mkdirSync(join(root, 'sticky'));
  chmodSync(join(root, 'sticky'), 0o1777);
  symlinkSync('nobody-cares', join(root, 'owned-link'));
  execFileSync('chown', ['-h', '4000000000:4000000001', join(root, 'owned-link')]);
  execFileSync('setcap', ['cap_net_raw+ep', file('capable', 0o755)]);
  const attributed = file('attributed', 0o644);
  setAttribute(attributed, 'user.text', '0x68690a00ff');
  setAttribute(attributed, 'user.empty', '""');
  setAttribute(attributed, 'trusted.secret', '0x00');
  execFileSync('setfacl', ['-m', 'u:1234:r-x,g:5678:-w-,m::rwx', file('acl', 0o640)]);
  mkdirSync(join(root, 'inherits'));
  execFileSync('setfacl', ['-m', 'd:u:1234:rwx,d:o::---', join(root, 'inherits')]);
  writeFileSync(join(root, 'inherits', 'inherited'), 'gets the default ACL\n');
}

function setAttribute(path: string, name: string, value: string): void {
  execFileSync('setfattr', ['-n', name, '-v', value, path]);
}

async function makeSpecialFiles(root: string): Promise<void> {
  mkdirSync(root);
  execFileSync('mkfifo', ['-m', '0640', join(root, 'fifo')]);
  execFileSync('mknod', ['-m', '0600', join(root, 'char'), 'c', '1', '3']);
  execFileSync('mknod', ['-m', '0660', join(root, 'block'), 'b', '259', '70000']);
  linkSync(join(root, 'fifo'), join(root, 'same-fifo'));
  await makeSocket(root, 'socket');
}

/** Closing a server removes its socket by name, so the name is changed before. */
export async function makeSocket(directory: string, name: string): Promise<void> {
  const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  const server = createServer();
  server.listen(`/proc/self/fd/${fd}/listening`);
  await once(server, 'listening');
  renameSync(join(directory, 'listening'), join(directory, name));
  server.close();
  await once(server, 'close');
  closeSync(fd);
}

/** Times last, for everything made inside a directory changes its own. */
function makeOddTimes(root: string): void {
  mkdirSync(join(root, 'old-directory'), { recursive: true });
  writeFileSync(join(root, 'old-directory', 'inside'), '');
  writeFileSync(join(root, 'before-the-epoch'), '');
  writeFileSync(join(root, 'far-future'), '');
  writeFileSync(join(root, 'one-nanosecond'), '');
  symlinkSync('old', join(root, 'old-link'));
  setTime(join(root, 'before-the-epoch'), '1930-05-06T07:08:09.987654321Z');
  setTime(join(root, 'far-future'), '2300-01-02T03:04:05.000000001Z');
  setTime(join(root, 'one-nanosecond'), '1970-01-01T00:00:00.000000001Z');
  setTime(join(root, 'old-link'), '1999-12-31T23:59:59.999999999Z');
  setTime(join(root, 'old-directory'), '1955-11-05T06:15:00.5Z');
  setTime(root, '2038-01-19T03:14:08.25Z');
}
