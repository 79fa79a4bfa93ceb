import { malformed } from './wire-value.js';

const MAX_PATH_BYTES = 4_095;
/** Paths below a base path may be deeper than one system call takes. */
const MAX_RELATIVE_BYTES = 65_536;
const MAX_NAME_BYTES = 255;
const SLASH = 0x2f;
const DOT = 0x2e;

/** An absolute path as the other side names it: no NUL, no `.`, `..` or empty component. */
export function absolutePath(path: Buffer, what: string): Buffer {
  if (path.length > MAX_PATH_BYTES || path[0] !== SLASH) {
    throw malformed(`${what} is not an absolute path`);
  }
  if (path.length > 1) checkComponents(path.subarray(1), what);
  return path;
}

/** A path below a base path: components joined by "/"; empty is the base itself. */
export function relativePath(path: Buffer, what: string): Buffer {
  if (path.length > MAX_RELATIVE_BYTES) throw malformed(`${what} is too long`);
  if (path.length > 0) checkComponents(path, what);
  return path;
}

/** One name in a directory. */
export function entryName(name: Buffer, what: string): Buffer {
  if (name.length > MAX_NAME_BYTES || name.includes(SLASH)) throw malformed(`${what} is no name`);
  checkComponents(name, what);
  return name;
}

function checkComponents(path: Buffer, what: string): void {
  if (path.includes(0)) throw malformed(`${what} contains a NUL byte`);
  for (let start = 0; start <= path.length; ) {
    const slash = path.indexOf(SLASH, start);
    const end = slash === -1 ? path.length : slash;
    const length = end - start;
    const dots = path.subarray(start, end).every((byte) => byte === DOT);
    if (length <= 2 && dots) throw malformed(`${what} has an empty, "." or ".." component`);
    start = end + 1;
  }
}
