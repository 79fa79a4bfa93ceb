import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeSocket, noise, patch, setTime, writeSparse } from './e2e-trees.js';

/** One line of the matrix: what a copy may keep or lose, in a directory of its own. */
export interface FidelityRow {
  /** Names the directory too. */
  readonly key: string;
  readonly title: string;
  make(directory: string): void | Promise<void>;
  /** What happens between the first copy and the second. */
  change?(directory: string): void;
  /** Compare the access times, which the walker's own reading must not move. */
  readonly atime?: boolean;
  /** Compare inode flags. */
  readonly flags?: boolean;
  /** Too deep for getfattr, which names everything by one path. */
  readonly isDeep?: boolean;
  /** Takes minutes: in the long form only. */
  readonly isLong?: boolean;
}

const MIB = 1_048_576;
const TEMPORARY = 'to-be-renamed';

/** Everything that is promised to be kept. File systems that hold it all: btrfs. */
export const FIDELITY_ROWS: readonly FidelityRow[] = [
  {
    key: 'files',
    title: 'regular files: empty, one byte, around a page and a leaf, several MiB',
    make: (at) => {
      for (const size of [0, 1, 4_095, 4_096, 65_535, 65_536, 65_537, 3 * MIB + 17]) {
        writeFileSync(join(at, `of-${size}`), noise(size, size));
      }
    },
  },
  {
    key: 'sparse',
    title: 'sparse files: nothing but a hole, holes at the start, in the middle, at the end',
    make: (at) => {
      writeSparse(join(at, 'hole'), 4 * MIB, []);
      writeSparse(join(at, 'start'), 2 * MIB, [2 * MIB - 65_536]);
      writeSparse(join(at, 'middle'), 4 * MIB, [0, 2 * MIB, 4 * MIB - 65_536]);
      writeSparse(join(at, 'end'), 4 * MIB, [MIB]);
    },
  },
  {
    key: 'directories',
    title: 'empty directories, nested',
    make: (at) => void mkdirSync(join(at, 'one/two/three'), { recursive: true }),
  },
  {
    key: 'symlinks',
    title: 'symlinks: relative, absolute, dangling, to a directory, of 4,095 bytes, of any bytes',
    make: (at) => {
      symlinkSync('.', join(at, 'to-a-directory'));
      symlinkSync('/etc/hostname', join(at, 'absolute'));
      symlinkSync('../nowhere', join(at, 'dangling'));
      symlinkSync('x'.repeat(4_095), join(at, 'long'));
      symlinkSync(Buffer.from([0x2f, 0xff, 0x0a, 0x1b]), join(at, 'bytes'));
    },
  },
  {
    key: 'pipes',
    title: 'fifos and sockets',
    make: async (at) => {
      execFileSync('mkfifo', ['-m', '0640', join(at, 'fifo')]);
      await makeSocket(at, 'socket');
    },
  },
  {
    key: 'devices',
    title: 'character and block devices, with large numbers',
    make: (at) => {
      execFileSync('mknod', ['-m', '0600', join(at, 'char'), 'c', '1', '3']);
      execFileSync('mknod', ['-m', '0660', join(at, 'block'), 'b', '259', '70000']);
    },
  },
  {
    key: 'links',
    title: 'hard links of files across directories',
    make: (at) => linked(at, (path) => writeFileSync(path, 'three names\n')),
  },
  {
    key: 'symlink-links',
    title: 'hard links of symlinks',
    make: (at) => linked(at, (path) => symlinkSync('elsewhere', path)),
  },
  {
    key: 'special-links',
    title: 'hard links of devices, fifos and sockets',
    make: async (at) => {
      for (const kind of ['device', 'fifo', 'socket']) mkdirSync(join(at, kind));
      linked(join(at, 'device'), (path) => execFileSync('mknod', [path, 'c', '5', '1']));
      linked(join(at, 'fifo'), (path) => execFileSync('mkfifo', [path]));
      await makeSocket(join(at, 'socket'), 'one');
      linked(join(at, 'socket'), () => undefined);
    },
  },
  {
    key: 'modes',
    title: 'modes with setuid, setgid and sticky; mode 0000',
    make: (at) => {
      for (const mode of [0o0000, 0o0444, 0o1644, 0o2755, 0o4755, 0o6711, 0o7777]) {
        writeFileSync(join(at, `file-${mode.toString(8)}`), 'x');
        mkdirSync(join(at, `directory-${mode.toString(8)}`));
        chmodSync(join(at, `file-${mode.toString(8)}`), mode);
        chmodSync(join(at, `directory-${mode.toString(8)}`), mode);
      }
    },
  },
  {
    key: 'owners',
    title: 'owners and groups that no name belongs to, of everything',
    make: (at) => {
      writeFileSync(join(at, 'file'), '');
      mkdirSync(join(at, 'directory'));
      symlinkSync('x', join(at, 'link'));
      execFileSync('mkfifo', [join(at, 'fifo')]);
      for (const name of ['file', 'directory', 'link', 'fifo']) {
        execFileSync('chown', ['-h', '4000000000:4000000001', join(at, name)]);
      }
    },
  },
  {
    key: 'mtimes',
    title: 'modification times before 1970 and after 2038, to the nanosecond',
    make: (at) => {
      const times = {
        early: '1930-05-06T07:08:09.987654321Z',
        second: '1969-12-31T23:59:59.999999999Z',
        first: '1970-01-01T00:00:00.000000001Z',
        late: '2300-01-02T03:04:05.000000001Z',
      };
      for (const [name, time] of Object.entries(times)) {
        writeFileSync(join(at, name), '');
        mkdirSync(join(at, `directory-${name}`));
        symlinkSync(name, join(at, `link-${name}`));
        execFileSync('mkfifo', [join(at, `fifo-${name}`)]);
        for (const prefix of ['', 'directory-', 'link-', 'fifo-']) {
          setTime(join(at, `${prefix}${name}`), time);
        }
      }
    },
  },
  {
    key: 'atimes',
    title: 'access times of files, to the nanosecond',
    atime: true,
    make: (at) => {
      for (const time of ['1931-05-06T07:08:09.123456789', '2200-01-02T03:04:05.000000007']) {
        writeFileSync(join(at, time.slice(0, 4)), noise(10, 1));
        execFileSync('touch', ['-a', '-d', `${time}Z`, join(at, time.slice(0, 4))]);
      }
    },
  },
  {
    key: 'acls',
    title: 'POSIX ACLs, access and default',
    make: (at) => {
      writeFileSync(join(at, 'file'), '');
      mkdirSync(join(at, 'directory'));
      execFileSync('setfacl', ['-m', 'u:1234:r-x,g:5678:-w-,m::rwx', join(at, 'file')]);
      execFileSync('setfacl', ['-m', 'u:1234:rwx,d:u:1234:rwx,d:o::---', join(at, 'directory')]);
      writeFileSync(join(at, 'directory/inherited'), 'gets the default ACL\n');
    },
  },
  {
    key: 'user-attributes',
    title: '`user.*` attributes of files and directories: binary, empty, of 8 KiB',
    make: (at) => {
      writeFileSync(join(at, 'file'), '');
      mkdirSync(join(at, 'directory'));
      for (const name of ['file', 'directory']) {
        setAttribute(join(at, name), 'user.binary', '0x68690a00ff');
        setAttribute(join(at, name), 'user.empty', '""');
        setAttribute(join(at, name), 'user.large', `0x${'ab'.repeat(8_192)}`);
      }
    },
  },
  {
    key: 'trusted-attributes',
    title: '`trusted.*` attributes of files, directories and symlinks',
    make: (at) => {
      writeFileSync(join(at, 'file'), '');
      mkdirSync(join(at, 'directory'));
      symlinkSync('x', join(at, 'link'));
      for (const name of ['file', 'directory', 'link']) {
        setAttribute(join(at, name), 'trusted.overlay.note', '0x00');
      }
    },
  },
  {
    key: 'samba',
    title: "Samba's `security.NTACL`, `user.DOSATTRIB` and `user.DosStream.*`",
    make: (at) => {
      writeFileSync(join(at, 'document'), 'as Samba leaves it');
      const path = join(at, 'document');
      setAttribute(path, 'security.NTACL', `0x0400040000000200${'00'.repeat(200)}`);
      setAttribute(path, 'user.DOSATTRIB', `0x30783232000005000500${'00'.repeat(40)}`);
      setAttribute(path, 'user.DosStream.Zone.Identifier:$DATA', `0x${'5b5a'.repeat(512)}00`);
    },
  },
  {
    key: 'capabilities',
    title: 'file capabilities',
    make: (at) => {
      writeFileSync(join(at, 'program'), '#!/bin/true\n', { mode: 0o755 });
      chownSync(join(at, 'program'), 12_345, 12_345);
      execFileSync('setcap', ['cap_net_raw,cap_net_bind_service+ep', join(at, 'program')]);
    },
  },
  {
    key: 'flags',
    title: 'inode flags `+i +a +d +A +S +C`, and a directory of each',
    flags: true,
    make: (at) => {
      for (const flag of ['d', 'A', 'S', 'C', 'a', 'i']) {
        writeFileSync(join(at, `file-${flag}`), '');
        mkdirSync(join(at, `directory-${flag}`));
        for (const kind of ['file', 'directory']) {
          execFileSync('chattr', [`+${flag}`, join(at, `${kind}-${flag}`)]);
        }
      }
    },
  },
  {
    key: 'names',
    title: 'names of any bytes: newline, escape, backslash, glob characters, no UTF-8',
    make: (at) => {
      for (const name of [
        Buffer.from('line\nbreak'),
        Buffer.from('\x1b[31mred\x07'),
        Buffer.from('back\\slash "quoted" \'too\' $HOME *?[a]'),
        Buffer.from([0xff, 0xfe, 0x80, 0x01]),
        Buffer.from('-rf'),
        Buffer.from('...'),
        Buffer.from(' '),
        Buffer.from('.datamover'),
      ]) {
        const path = Buffer.concat([Buffer.from(`${at}/`), name]);
        mkdirSync(path);
        writeFileSync(Buffer.concat([path, Buffer.from('/'), name]), name);
      }
    },
  },
  {
    key: 'long-names',
    title: 'names of 255 bytes',
    make: (at) => {
      mkdirSync(join(at, 'a'.repeat(255)));
      writeFileSync(join(at, 'a'.repeat(255), 'ä'.repeat(127)), '');
    },
  },
  {
    key: 'twins',
    title: 'names that differ in case or in Unicode normalisation only',
    make: (at) => {
      for (const name of ['File', 'file', 'FILE', 'ä'.normalize('NFC'), 'ä'.normalize('NFD')]) {
        writeFileSync(join(at, name), name);
      }
    },
  },
  {
    key: 'long-paths',
    title: 'paths of more than 4,096 bytes',
    isDeep: true,
    make: (at) => nest(at, 'n'.repeat(250), 20),
  },
  {
    key: 'depth',
    title: 'directories 1,000 deep',
    isDeep: true,
    make: (at) => nest(at, 'd', 1_000),
  },
  {
    key: 'wide',
    title: 'a directory of 100,000 entries',
    isLong: true,
    make: (at) => {
      for (let index = 0; index < 100_000; index++) {
        writeFileSync(join(at, `entry-${index}`), `${index}`);
      }
    },
  },
  {
    key: 'same-size-and-time',
    title: 'a change that keeps size and modification time',
    make: (at) => {
      writeFileSync(join(at, 'file'), noise(100_000, 5));
      setTime(join(at, 'file'), '2020-01-01T00:00:00.5Z');
    },
    change: (at) => {
      patch(join(at, 'file'), 50_000, noise(100, 6));
      setTime(join(at, 'file'), '2020-01-01T00:00:00.5Z');
    },
  },
  {
    key: 'mmap',
    title: 'a change through mmap',
    make: (at) => writeFileSync(join(at, 'file'), noise(1 * MIB, 7)),
    change: (at) => {
      const commands = ['-c', 'mmap 0 1m', '-c', 'mwrite -S 0x5a 300000 5000'];
      execFileSync('xfs_io', [...commands, join(at, 'file')]);
    },
  },
  {
    key: 'replaced',
    title: 'a file written under a temporary name and renamed over the old one',
    make: (at) => writeFileSync(join(at, 'file'), noise(1 * MIB, 8)),
    change: (at) => {
      writeFileSync(join(at, TEMPORARY), noise(1 * MIB, 8));
      patch(join(at, TEMPORARY), 500_000, noise(100, 9));
      renameSync(join(at, TEMPORARY), join(at, 'file'));
    },
  },
];

function linked(at: string, make: (path: string) => void): void {
  mkdirSync(join(at, 'other/deeper'), { recursive: true });
  make(join(at, 'one'));
  linkSync(join(at, 'one'), join(at, 'two'));
  linkSync(join(at, 'one'), join(at, 'other/deeper/three'));
}

function setAttribute(path: string, name: string, value: string): void {
  execFileSync('setfattr', ['-h', '-n', name, '-v', value, path]);
}

/**
 * Directories one in another, by descriptor: their path is too long
 * for a call. A file at the bottom.
 */
function nest(at: string, name: string, depth: number): void {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY;
  let fd = openSync(at, flags);
  for (let level = 0; level < depth; level++) {
    mkdirSync(`/proc/self/fd/${fd}/${name}`);
    const next = openSync(`/proc/self/fd/${fd}/${name}`, flags);
    closeSync(fd);
    fd = next;
  }
  writeFileSync(`/proc/self/fd/${fd}/bottom`, 'deep down');
  closeSync(fd);
}

/** Access times of the entries of a directory, by name. */
export function accessTimes(directory: string, names: readonly string[]): string[] {
  return names.map((name) => {
    const { atimeNs } = lstatSync(join(directory, name), { bigint: true });
    return `${name}: ${atimeNs}`;
  });
}
