import type { Xattr } from '../../../model/inode.js';
import { isErrno, lastError } from './errno.js';
import { bind } from './libc.js';
import { cString, procPath, procPathAt } from './names.js';

type Ref = number | Buffer;
interface XattrCalls {
  readonly list: (ref: Ref, into: Buffer, size: number) => number;
  readonly get: (ref: Ref, name: Uint8Array, into: Buffer, size: number) => number;
  readonly set: (ref: Ref, name: Buffer, value: Uint8Array, size: number, flags: number) => number;
  readonly remove: (ref: Ref, name: Buffer) => number;
}

/**
 * An inode whose extended attributes are meant: made by `xattrsOfFd`,
 * `xattrsOfPathFd` or `xattrsAt`.
 */
export interface XattrTarget {
  readonly calls: XattrCalls;
  readonly ref: Ref;
}

function callsNamed(prefix: '' | 'l' | 'f'): XattrCalls {
  const ref = prefix === 'f' ? 'int' : 'pointer';
  return {
    list: bind(`${prefix}listxattr`, 'int64_t', [ref, 'pointer', 'size_t']),
    get: bind(`${prefix}getxattr`, 'int64_t', [ref, 'pointer', 'pointer', 'size_t']),
    set: bind(`${prefix}setxattr`, 'int', [ref, 'pointer', 'pointer', 'size_t', 'int']),
    remove: bind(`${prefix}removexattr`, 'int', [ref, 'pointer']),
  };
}

const BY_FD = callsNamed('f');
const BY_PATH = callsNamed('');
const BY_PATH_NOFOLLOW = callsNamed('l');

/** Of what `fd` holds, opened for reading or writing. */
export function xattrsOfFd(fd: number): XattrTarget {
  return { calls: BY_FD, ref: fd };
}

/** Of what `fd` holds, opened with O_PATH: symlinks, special files, files that may not be read. */
export function xattrsOfPathFd(fd: number): XattrTarget {
  return { calls: BY_PATH, ref: procPath(fd) };
}

/** Of the entry `name` of `dirFd`; a symlink is not followed. */
export function xattrsAt(dirFd: number, name: Uint8Array): XattrTarget {
  return { calls: BY_PATH_NOFOLLOW, ref: procPathAt(dirFd, name) };
}

/** XATTR_LIST_MAX and XATTR_SIZE_MAX of linux/limits.h. */
const LARGEST = 64 * 1024;
const LIST = Buffer.alloc(LARGEST);
const VALUE = Buffer.alloc(LARGEST);

/**
 * What a call fills, in shared memory where it fits, else (some file systems know no limit) in new.
 */
function filled(
  syscall: string,
  shared: Buffer,
  call: (into: Buffer, size: number) => number,
): Buffer {
  let buffer = shared;
  for (;;) {
    const length = call(buffer, buffer.length);
    if (length !== -1) return buffer.subarray(0, length);
    const error = lastError(syscall);
    if (error.code !== 'ERANGE') throw error;
    buffer = Buffer.alloc(buffer.length * 2);
  }
}

/** Names in the order of the file system; none where it has no extended attributes. */
export function listXattrs(target: XattrTarget): Buffer[] {
  const names: Buffer[] = [];
  const list = listBytes(target);
  for (let start = 0; start < list.length; ) {
    const end = list.indexOf(0, start);
    names.push(Buffer.from(list.subarray(start, end)));
    start = end + 1;
  }
  return names;
}

function listBytes(target: XattrTarget): Buffer {
  try {
    return filled('listxattr', LIST, (into, size) => target.calls.list(target.ref, into, size));
  } catch (error) {
    if (isErrno(error, 'ENOTSUP')) return Buffer.alloc(0);
    throw error;
  }
}

/** The value, or null when there is none of this name. */
export function getXattr(target: XattrTarget, name: Uint8Array): Buffer | null {
  const key = cString(name);
  try {
    const value = filled('getxattr', VALUE, (into, size) =>
      target.calls.get(target.ref, key, into, size),
    );
    return Buffer.from(value);
  } catch (error) {
    if (isErrno(error, 'ENODATA', 'ENOTSUP')) return null;
    throw error;
  }
}

/**
 * How XFS shows its ACLs a second time; they travel as system.posix_acl_*,
 * which every file system understands.
 */
const ACL_TWINS: ReadonlySet<string> = new Set(['trusted.SGI_ACL_FILE', 'trusted.SGI_ACL_DEFAULT']);

/**
 * All attributes that there are now, sorted by name bytes; an ACL once.
 * One that goes meanwhile is left out.
 */
export function readXattrs(target: XattrTarget): Xattr[] {
  const list = listXattrs(target).filter((name) => !ACL_TWINS.has(name.toString('latin1')));
  if (list.length > 1) list.sort(Buffer.compare);
  const xattrs: Xattr[] = [];
  for (const name of list) {
    const value = getXattr(target, name);
    if (value !== null) xattrs.push({ name, value });
  }
  return xattrs;
}

/** Makes or replaces one attribute. */
export function setXattr(target: XattrTarget, name: Uint8Array, value: Uint8Array): void {
  if (target.calls.set(target.ref, cString(name), value, value.length, 0) === -1) {
    throw lastError('setxattr');
  }
}

/** Removes one attribute; false when there was none of this name. */
export function removeXattr(target: XattrTarget, name: Uint8Array): boolean {
  if (target.calls.remove(target.ref, cString(name)) === 0) return true;
  const error = lastError('removexattr');
  if (error.code === 'ENODATA') return false;
  throw error;
}
