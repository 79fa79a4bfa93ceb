import { escapePath } from '../util/escape.js';
import { DmError } from './error.js';

export const NAME_MAX = 255;

const SLASH = 0x2f;
const DOT = 0x2e;

/** Bytes of a name for a message: quoted, escaped, cut when long. */
export function printable(bytes: Uint8Array): string {
  const shown = escapePath(bytes.subarray(0, 512));
  return bytes.length > 512 ? `"${shown}..."` : `"${shown}"`;
}

export function refusedName(name: Uint8Array, why: string): DmError {
  return new DmError('protocol_error', `file name ${printable(name)} ${why}; refused`);
}

/**
 * Checks that `name` is the name of one directory entry: not empty, not `.` or `..`, without `/`
 * and NUL, at most 255 bytes. Throws `protocol_error`: such a name never comes from a file system.
 */
export function checkName(name: Uint8Array): void {
  const length = name.length;
  if (length === 0) throw refusedName(name, 'is empty');
  if (length > NAME_MAX) throw refusedName(name, `is longer than ${NAME_MAX} bytes`);
  if (name[0] === DOT && (length === 1 || (length === 2 && name[1] === DOT))) {
    throw refusedName(name, 'names a directory by its position');
  }
  for (let i = 0; i < length; i++) {
    if (name[i] === SLASH || name[i] === 0) throw refusedName(name, 'holds a slash or a NUL');
  }
}

/** Components of a path relative to a directory, each checked; none for the empty path. */
export function splitPath(path: Uint8Array): Uint8Array[] {
  if (path.length === 0) return [];
  const components: Uint8Array[] = [];
  let start = 0;
  while (start <= path.length) {
    const slash = path.indexOf(SLASH, start);
    const end = slash === -1 ? path.length : slash;
    const component = path.subarray(start, end);
    checkName(component);
    components.push(component);
    start = end + 1;
  }
  return components;
}
