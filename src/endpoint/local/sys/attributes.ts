import { isErrno, lastError, sysError } from './errno.js';
import { ioctl } from './ioctl.js';
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, bind } from './libc.js';
import { nameArgument, procPath } from './names.js';
import { close, O_PATH, openAt } from './open.js';
import { StatView } from './stat.js';

const libcFchmod = bind<(fd: number, mode: number) => number>('fchmod', 'int', ['int', 'uint32_t']);
const libcFchmodat = bind<(dirFd: number, path: Buffer, mode: number, flags: number) => number>(
  'fchmodat',
  'int',
  ['int', 'pointer', 'uint32_t', 'int'],
);
const libcFchownat = bind<
  (dirFd: number, path: Buffer, uid: number, gid: number, flags: number) => number
>('fchownat', 'int', ['int', 'pointer', 'uint32_t', 'uint32_t', 'int']);
const libcFutimens = bind<(fd: number, times: BigInt64Array) => number>('futimens', 'int', [
  'int',
  'pointer',
]);
const libcUtimensat = bind<
  (dirFd: number, path: Buffer, times: BigInt64Array, flags: number) => number
>('utimensat', 'int', ['int', 'pointer', 'pointer', 'int']);

const EMPTY = Buffer.alloc(1);
const VIEW = new StatView();

/** Sets the 12 permission bits. `fd` is open for reading or writing. */
export function chmodFd(fd: number, permissions: number): void {
  if (libcFchmod(fd, permissions) === -1) throw lastError('fchmod');
}

/**
 * Sets the permission bits of what `fd` holds, opened with O_PATH. A symlink has none: EOPNOTSUPP.
 */
export function chmodPathFd(fd: number, permissions: number): void {
  // Old kernels change a symlink's mode on some file systems, and report an error all the same.
  if (VIEW.statFd(fd).type === 'symlink') throw sysError('fchmodat', 'EOPNOTSUPP');
  if (libcFchmodat(AT_FDCWD, procPath(fd), permissions, 0) === -1) throw lastError('fchmodat');
}

/**
 * Sets the permission bits of the entry `name` of `dirFd`, of any type but symlink (EOPNOTSUPP).
 */
export function chmodAt(dirFd: number, name: Uint8Array, permissions: number): void {
  const fd = openAt(dirFd, name, O_PATH);
  try {
    chmodPathFd(fd, permissions);
  } finally {
    close(fd);
  }
}

/**
 * Sets owner and group of what `fd` holds, O_PATH included. The kernel
 * may clear setuid and capabilities.
 */
export function chownFd(fd: number, uid: number, gid: number): void {
  if (libcFchownat(fd, EMPTY, uid, gid, AT_EMPTY_PATH) === -1) throw lastError('fchownat');
}

/** Sets owner and group of the entry `name` of `dirFd`; a symlink is not followed. */
export function chownAt(dirFd: number, name: Uint8Array, uid: number, gid: number): void {
  if (libcFchownat(dirFd, nameArgument(name), uid, gid, AT_SYMLINK_NOFOLLOW) === -1) {
    throw lastError('fchownat');
  }
}

const BILLION = 1_000_000_000n;
const UTIME_OMIT = (1n << 30n) - 2n;
// Two struct timespec: seconds and nanoseconds of atime, then of mtime.
const TIMES = new BigInt64Array(4);

function setTime(index: number, ns: bigint | null): void {
  if (ns === null) {
    TIMES[index] = 0n;
    TIMES[index + 1] = UTIME_OMIT;
    return;
  }
  const remainder = ns % BILLION;
  const nanoseconds = remainder < 0n ? remainder + BILLION : remainder;
  TIMES[index] = (ns - nanoseconds) / BILLION;
  TIMES[index + 1] = nanoseconds;
}

function timesArgument(atimeNs: bigint | null, mtimeNs: bigint | null): BigInt64Array {
  setTime(0, atimeNs);
  setTime(2, mtimeNs);
  return TIMES;
}

/**
 * Sets access and modification time in nanoseconds since 1970, also before it; null leaves one
 * alone. The kernel silently brings a time that the file system cannot hold into its range.
 */
export function setTimesFd(fd: number, atimeNs: bigint | null, mtimeNs: bigint | null): void {
  if (libcFutimens(fd, timesArgument(atimeNs, mtimeNs)) === -1) throw lastError('futimens');
}

/** As `setTimesFd`, on the entry `name` of `dirFd`; a symlink is not followed. */
export function setTimesAt(
  dirFd: number,
  name: Uint8Array,
  atimeNs: bigint | null,
  mtimeNs: bigint | null,
): void {
  const times = timesArgument(atimeNs, mtimeNs);
  if (libcUtimensat(dirFd, nameArgument(name), times, AT_SYMLINK_NOFOLLOW) === -1) {
    throw lastError('utimensat');
  }
}

const FS_IOC_GETFLAGS = 0x80086601;
const FS_IOC_SETFLAGS = 0x40086602;
const FLAGS = Buffer.alloc(8);

/**
 * File attributes (`lsattr`), 0 where the file system has none. Only for
 * open regular files and directories.
 */
export function getFlags(fd: number): number {
  FLAGS.fill(0);
  try {
    ioctl(fd, FS_IOC_GETFLAGS, FLAGS, 'FS_IOC_GETFLAGS');
  } catch (error) {
    if (isErrno(error, 'ENOTTY', 'EOPNOTSUPP', 'ENOSYS')) return 0;
    throw error;
  }
  return FLAGS.readUInt32LE(0);
}

/**
 * Sets all file attributes at once (`chattr =`); some file systems
 * refuse some of them with EOPNOTSUPP.
 */
export function setFlags(fd: number, flags: number): void {
  FLAGS.fill(0);
  FLAGS.writeUInt32LE(flags >>> 0, 0);
  ioctl(fd, FS_IOC_SETFLAGS, FLAGS, 'FS_IOC_SETFLAGS');
}
