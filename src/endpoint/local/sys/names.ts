import { checkName, NAME_MAX, refusedName } from '../../../model/entry-name.js';

/** Longest path, with its NUL, that one system call takes. */
export const PATH_MAX = 4096;

function copyChecked(name: Uint8Array, into: Buffer): Buffer {
  checkName(name);
  const length = name.length;
  for (let i = 0; i < length; i++) into[i] = name[i] as number;
  into[length] = 0;
  return into;
}

// One call takes at most two names. They are copied here for their NUL, and to spare an allocation.
const FIRST = Buffer.alloc(NAME_MAX + 1);
const SECOND = Buffer.alloc(NAME_MAX + 1);

/** The checked name as a C string, in memory that the next call of this function overwrites. */
export function nameArgument(name: Uint8Array): Buffer {
  return copyChecked(name, FIRST);
}

/** As `nameArgument`, for the second name of a call. */
export function secondNameArgument(name: Uint8Array): Buffer {
  return copyChecked(name, SECOND);
}

/** Bytes as a new C string; refuses NUL inside. */
export function cString(bytes: Uint8Array): Buffer {
  if (bytes.includes(0)) throw refusedName(bytes, 'holds a NUL');
  const copy = Buffer.allocUnsafe(bytes.length + 1);
  copy.set(bytes);
  copy[bytes.length] = 0;
  return copy;
}

/**
 * The C string `/proc/self/fd/N`: the very object that `fd` holds, also when opened with O_PATH.
 */
export function procPath(fd: number): Buffer {
  return Buffer.from(`/proc/self/fd/${fd}\0`, 'latin1');
}

/**
 * The C string `/proc/self/fd/N/name`: an entry of the directory
 * `dirFd` for calls that take only paths.
 */
export function procPathAt(dirFd: number, name: Uint8Array): Buffer {
  checkName(name);
  const prefix = `/proc/self/fd/${dirFd}/`;
  const path = Buffer.allocUnsafe(prefix.length + name.length + 1);
  path.write(prefix, 0, 'latin1');
  path.set(name, prefix.length);
  path[path.length - 1] = 0;
  return path;
}
