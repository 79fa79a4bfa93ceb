import { constants } from 'node:fs';
import { printable, splitPath } from '../../../model/entry-name.js';
import { DmError } from '../../../model/error.js';
import { isErrno, lastError, sysError } from './errno.js';
import { AT_FDCWD, bind, SYSCALL } from './libc.js';
import { cString, nameArgument, PATH_MAX, procPath } from './names.js';

/** Flags of `open`; the values differ between machines. */
export const O_RDONLY = constants.O_RDONLY;
export const O_WRONLY = constants.O_WRONLY;
export const O_RDWR = constants.O_RDWR;
export const O_CREAT = constants.O_CREAT;
export const O_EXCL = constants.O_EXCL;
export const O_TRUNC = constants.O_TRUNC;
export const O_NONBLOCK = constants.O_NONBLOCK;
export const O_NOFOLLOW = constants.O_NOFOLLOW;
export const O_NOATIME = constants.O_NOATIME;
export const O_DIRECTORY = constants.O_DIRECTORY;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;
export const O_TMPFILE = 0o20000000 | O_DIRECTORY;

const ACCESS_MODE = O_WRONLY | O_RDWR;
const F_DUPFD_CLOEXEC = 1030;
const RESOLVE_NO_MAGICLINKS = 0x02;
const RESOLVE_NO_SYMLINKS = 0x04;
const RESOLVE_BENEATH = 0x08;

const libcOpenat = bind<(dirFd: number, path: Buffer, flags: number, mode: number) => number>(
  'openat',
  'int',
  ['int', 'pointer', 'int', 'uint32_t'],
);
const libcOpenat2 = bind<
  (call: number, dirFd: number, path: Buffer, how: BigUint64Array, size: number) => number
>('syscall', 'int64_t', ['int64_t', 'int', 'pointer', 'pointer', 'size_t']);
const libcReadlinkat = bind<(dirFd: number, path: Buffer, into: Buffer, size: number) => number>(
  'readlinkat',
  'int64_t',
  ['int', 'pointer', 'pointer', 'size_t'],
);
const libcClose = bind<(fd: number) => number>('close', 'int', ['int']);
const libcFcntl = bind<(fd: number, command: number, argument: number) => number>('fcntl', 'int', [
  'int',
  'int',
  'int',
]);

const DOT = cString(Buffer.from('.'));
const SLASH = cString(Buffer.from('/'));
const PROBE = Buffer.alloc(1);

/**
 * No symlink is followed, no child process inherits it, and a fifo without a writer does not block.
 */
function completed(flags: number): number {
  const safe = flags | O_NOFOLLOW | O_CLOEXEC;
  const reads = (flags & ACCESS_MODE) === O_RDONLY && (flags & O_PATH) === 0;
  return reads ? safe | O_NONBLOCK : safe;
}

/**
 * Opens the entry `name` of the directory `dirFd`. O_NOFOLLOW and O_CLOEXEC are always added,
 * O_NONBLOCK for reading. A symlink gives ELOOP (ENOTDIR with O_DIRECTORY), unless O_PATH is given:
 * then the symlink itself is opened. The umask applies to `mode`.
 */
export function openAt(dirFd: number, name: Uint8Array, flags: number, mode = 0): number {
  const fd = libcOpenat(dirFd, nameArgument(name), completed(flags), mode);
  if (fd === -1) throw lastError('openat');
  return fd;
}

/** Opens the directory that `dirFd` holds once more, with a read position of its own. */
export function openSelf(dirFd: number, flags = O_RDONLY | O_DIRECTORY): number {
  const fd = libcOpenat(dirFd, DOT, completed(flags), 0);
  if (fd === -1) throw lastError('openat');
  return fd;
}

/**
 * Opens the parent of the directory `dirFd` as it is now, for walks upwards; `/` is its own parent.
 */
export function openParent(dirFd: number): number {
  const fd = libcOpenat(dirFd, cString(Buffer.from('..')), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd === -1) throw lastError('openat');
  return fd;
}

/**
 * Opens a file without a name in the file system of `dirFd`, for
 * reading and writing; `linkFd` names it.
 */
export function openUnnamed(dirFd: number, mode: number): number {
  const fd = libcOpenat(dirFd, DOT, O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
  if (fd === -1) throw lastError('openat');
  return fd;
}

/**
 * Opens what `fd` holds (opened with O_PATH, or with less access)
 * again with `flags`. Not for symlinks.
 */
export function reopen(fd: number, flags: number): number {
  const again = libcOpenat(AT_FDCWD, procPath(fd), completed(flags) & ~O_NOFOLLOW, 0);
  if (again === -1) throw lastError('openat');
  return again;
}

/**
 * Opens `path` (checked components joined by `/`; the empty path is the directory
 * itself) below `dirFd`. No component may be a symlink: ELOOP. The last one may be
 * when O_PATH is given: it is opened itself.
 */
export function openBeneath(dirFd: number, path: Uint8Array, flags: number, mode = 0): number {
  const components = splitPath(path);
  if (components.length === 0) return openSelf(dirFd, flags);
  if (path.length >= PATH_MAX || !hasOpenat2()) return walk(dirFd, components, flags, mode);
  return openat2(dirFd, cString(path), completed(flags), mode);
}

/**
 * As `openBeneath`, one component at a time: for kernels without
 * openat2 and paths beyond 4,095 bytes.
 */
export function openByComponents(dirFd: number, path: Uint8Array, flags: number, mode = 0): number {
  const components = splitPath(path);
  if (components.length === 0) return openSelf(dirFd, flags);
  return walk(dirFd, components, flags, mode);
}

// struct open_how: flags, mode, resolve.
const HOW = new BigUint64Array(3);

function openat2(dirFd: number, path: Buffer, flags: number, mode: number): number {
  const creates = (flags & O_CREAT) !== 0;
  // RESOLVE_NO_SYMLINKS gives ELOOP for a last symlink, where
  // O_NOFOLLOW with O_DIRECTORY gives ENOTDIR.
  const ofLink = (flags & O_PATH) !== 0 && (flags & O_DIRECTORY) === 0;
  HOW[0] = BigInt(ofLink ? flags : flags & ~O_NOFOLLOW);
  HOW[1] = creates ? BigInt(mode) : 0n;
  HOW[2] = BigInt(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
  const fd = libcOpenat2(SYSCALL.openat2, dirFd, path, HOW, HOW.byteLength);
  if (fd === -1) throw lastError('openat2');
  return fd;
}

let openat2Works: boolean | null = null;

function hasOpenat2(): boolean {
  if (openat2Works === null) openat2Works = probeOpenat2();
  return openat2Works;
}

function probeOpenat2(): boolean {
  const root = libcOpenat(AT_FDCWD, SLASH, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  if (root === -1) throw lastError('openat');
  try {
    close(openat2(root, DOT, O_PATH | O_DIRECTORY | O_CLOEXEC, 0));
    return true;
  } catch (error) {
    // Old seccomp filters answer EPERM to calls that they do not know.
    if (isErrno(error, 'ENOSYS', 'EPERM')) return false;
    throw error;
  } finally {
    close(root);
  }
}

function walk(
  dirFd: number,
  components: readonly Uint8Array[],
  flags: number,
  mode: number,
): number {
  let at = dirFd;
  try {
    for (const [index, component] of components.entries()) {
      const last = index === components.length - 1;
      const next = step(at, component, last ? flags : O_PATH | O_DIRECTORY, last ? mode : 0);
      if (at !== dirFd) close(at);
      at = next;
    }
    return at;
  } catch (error) {
    if (at !== dirFd) close(at);
    throw error;
  }
}

function step(dirFd: number, name: Uint8Array, flags: number, mode: number): number {
  const path = nameArgument(name);
  const fd = libcOpenat(dirFd, path, completed(flags), mode);
  if (fd !== -1) return fd;
  const error = lastError('openat');
  // With O_DIRECTORY the kernel says ENOTDIR for a symlink too; the
  // caller is to know that it met one.
  if (error.code === 'ENOTDIR' && libcReadlinkat(dirFd, path, PROBE, PROBE.length) !== -1) {
    throw sysError('openat', 'ELOOP');
  }
  throw error;
}

/**
 * Opens a directory by its absolute path, for reading. Each component is opened on its own and may
 * not be a symlink (ELOOP), unless `followSymlinks` says that the path is the operator's own word.
 */
export function openRoot(
  path: Uint8Array,
  options: { readonly followSymlinks?: boolean } = {},
): number {
  if (path[0] !== 0x2f) {
    throw new DmError(
      'invalid_argument',
      `path ${printable(path)} is not absolute; begin it with /`,
    );
  }
  if (options.followSymlinks === true) {
    const flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    const fd = libcOpenat(AT_FDCWD, cString(path), flags, 0);
    if (fd === -1) throw lastError('openat');
    return fd;
  }
  const root = libcOpenat(AT_FDCWD, SLASH, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (root === -1) throw lastError('openat');
  try {
    return openByComponents(root, withoutEmptyComponents(path), O_RDONLY | O_DIRECTORY);
  } finally {
    close(root);
  }
}

function withoutEmptyComponents(path: Uint8Array): Uint8Array {
  const kept: number[] = [];
  for (const byte of path) {
    if (byte !== 0x2f || (kept.length > 0 && kept.at(-1) !== 0x2f)) kept.push(byte);
  }
  if (kept.at(-1) === 0x2f) kept.pop();
  return Uint8Array.from(kept);
}

/** Closes `fd`; never to be repeated, also when it throws: the kernel has released the number. */
export function close(fd: number): void {
  if (libcClose(fd) === -1) throw lastError('close');
}

/** A second descriptor of the same open file: position and flags are shared. */
export function dup(fd: number): number {
  const copy = libcFcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy === -1) throw lastError('fcntl');
  return copy;
}
