import { isErrno, lastError } from './errno.js';
import { AT_EMPTY_PATH, AT_FDCWD, AT_REMOVEDIR, AT_SYMLINK_FOLLOW, bind, SYSCALL } from './libc.js';
import { cString, nameArgument, PATH_MAX, procPath, secondNameArgument } from './names.js';
import { composeDevice } from './stat.js';

const libcMkdirat = bind<(dirFd: number, path: Buffer, mode: number) => number>('mkdirat', 'int', [
  'int',
  'pointer',
  'uint32_t',
]);
const libcSymlinkat = bind<(target: Buffer, dirFd: number, path: Buffer) => number>(
  'symlinkat',
  'int',
  ['pointer', 'int', 'pointer'],
);
const libcReadlinkat = bind<(dirFd: number, path: Buffer, into: Buffer, size: number) => number>(
  'readlinkat',
  'int64_t',
  ['int', 'pointer', 'pointer', 'size_t'],
);
const libcLinkat = bind<
  (fromFd: number, from: Buffer, toFd: number, to: Buffer, flags: number) => number
>('linkat', 'int', ['int', 'pointer', 'int', 'pointer', 'int']);
const libcMknodat = bind<
  (call: number, dirFd: number, path: Buffer, mode: number, device: number) => number
>('syscall', 'int64_t', ['int64_t', 'int', 'pointer', 'uint32_t', 'uint32_t']);
const libcUnlinkat = bind<(dirFd: number, path: Buffer, flags: number) => number>(
  'unlinkat',
  'int',
  ['int', 'pointer', 'int'],
);
const libcRenameat2 = bind<
  (call: number, fromFd: number, from: Buffer, toFd: number, to: Buffer, flags: number) => number
>('syscall', 'int64_t', ['int64_t', 'int', 'pointer', 'int', 'pointer', 'uint32_t']);

const EMPTY = Buffer.alloc(1);
const TARGET = Buffer.alloc(PATH_MAX);

/** Makes a directory; the umask applies to `mode`. */
export function makeDirectory(dirFd: number, name: Uint8Array, mode: number): void {
  if (libcMkdirat(dirFd, nameArgument(name), mode) === -1) throw lastError('mkdirat');
}

/** Makes a symlink whose target is any bytes without NUL. */
export function makeSymlink(dirFd: number, name: Uint8Array, target: Uint8Array): void {
  if (libcSymlinkat(cString(target), dirFd, nameArgument(name)) === -1) {
    throw lastError('symlinkat');
  }
}

/** The target of the symlink `name`; EINVAL when it is something else. */
export function readLink(dirFd: number, name: Uint8Array): Buffer {
  return readLinkInto(dirFd, nameArgument(name));
}

/**
 * The target of the symlink that `fd` holds, opened with O_PATH; ENOENT when it is something else.
 */
export function readLinkFd(fd: number): Buffer {
  return readLinkInto(fd, EMPTY);
}

function readLinkInto(dirFd: number, path: Buffer): Buffer {
  const length = libcReadlinkat(dirFd, path, TARGET, TARGET.length);
  if (length === -1) throw lastError('readlinkat');
  return Buffer.from(TARGET.subarray(0, length));
}

/** Gives the entry `from` a further name; a symlink is linked itself. EEXIST when `to` is there. */
export function linkAt(fromFd: number, from: Uint8Array, toFd: number, to: Uint8Array): void {
  if (libcLinkat(fromFd, nameArgument(from), toFd, secondNameArgument(to), 0) === -1) {
    throw lastError('linkat');
  }
}

/** Names what `fd` holds: an unnamed file, or anything but a directory, opened in any way. */
export function linkFd(fd: number, toFd: number, to: Uint8Array): void {
  const name = nameArgument(to);
  if (libcLinkat(fd, EMPTY, toFd, name, AT_EMPTY_PATH) === 0) return;
  const error = lastError('linkat');
  // Without CAP_DAC_READ_SEARCH the empty path is ENOENT; /proc asks for no capability.
  if (!isErrno(error, 'ENOENT')) throw error;
  if (libcLinkat(AT_FDCWD, procPath(fd), toFd, name, AT_SYMLINK_FOLLOW) === -1) {
    throw lastError('linkat');
  }
}

const NODE_TYPES = { fifo: 0o010000, char: 0o020000, block: 0o060000, socket: 0o140000 } as const;

/**
 * Makes a fifo, socket or device; the umask applies to `permissions`,
 * the device numbers to devices only.
 */
export function makeNode(
  dirFd: number,
  name: Uint8Array,
  type: keyof typeof NODE_TYPES,
  permissions: number,
  rdevMajor = 0,
  rdevMinor = 0,
): void {
  const mode = NODE_TYPES[type] | permissions;
  const device = composeDevice(rdevMajor, rdevMinor);
  if (libcMknodat(SYSCALL.mknodat, dirFd, nameArgument(name), mode, device) === -1) {
    throw lastError('mknodat');
  }
}

/** Removes the name of anything but a directory. */
export function unlinkAt(dirFd: number, name: Uint8Array): void {
  if (libcUnlinkat(dirFd, nameArgument(name), 0) === -1) throw lastError('unlinkat');
}

/** Removes an empty directory. */
export function removeDirectory(dirFd: number, name: Uint8Array): void {
  if (libcUnlinkat(dirFd, nameArgument(name), AT_REMOVEDIR) === -1) throw lastError('unlinkat');
}

/**
 * `replace`: as rename(2). `keep`: EEXIST when `to` is there. `exchange`: both are there and swap.
 */
export type RenameMode = 'replace' | 'keep' | 'exchange';
const RENAME_FLAGS: Readonly<Record<RenameMode, number>> = { replace: 0, keep: 1, exchange: 2 };

/**
 * Moves an entry within one file system, atomically. EINVAL where the file system lacks the mode.
 */
export function renameAt(
  fromFd: number,
  from: Uint8Array,
  toFd: number,
  to: Uint8Array,
  mode: RenameMode = 'replace',
): void {
  const source = nameArgument(from);
  const target = secondNameArgument(to);
  const flags = RENAME_FLAGS[mode];
  if (libcRenameat2(SYSCALL.renameat2, fromFd, source, toFd, target, flags) === -1) {
    throw lastError('renameat2');
  }
}
