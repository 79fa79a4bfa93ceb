import { DmError } from './error.js';

/**
 * Components of an absolute path; repeated slashes count once. `.` and
 * `..` are refused, never resolved.
 */
export function splitAbsolute(absolute: Uint8Array): Buffer[] {
  const path = Buffer.from(absolute);
  const shown = path.toString();
  if (path[0] !== 0x2f) {
    throw new DmError('invalid_argument', `path "${shown}" is not absolute; give it from / on`);
  }
  if (path.includes(0)) {
    throw new DmError('invalid_argument', `path "${shown}" holds a NUL byte; give another`);
  }
  const components: Buffer[] = [];
  let start = 1;
  for (let end = 1; end <= path.length; end++) {
    if (end < path.length && path[end] !== 0x2f) continue;
    const name = path.subarray(start, end);
    start = end + 1;
    if (name.length === 0) continue;
    if (name.equals(Buffer.from('.')) || name.equals(Buffer.from('..'))) {
      throw new DmError('path_outside_roots', `path "${shown}" holds "." or ".."; write it out`);
    }
    components.push(name);
  }
  return components;
}

/**
 * The one form of an absolute path: no repeated slashes, none at the
 * end. Throws as `splitAbsolute`.
 */
export function normalAbsolute(path: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from('/'),
    ...splitAbsolute(path).flatMap((name, index) =>
      index === 0 ? [name] : [Buffer.from('/'), name],
    ),
  ]);
}

/**
 * True when an absolute path is `directory` or lies below it, component by component: /data2 is not
 * within /data. A path that `splitAbsolute` refuses is within nothing.
 */
export function isWithin(directory: Uint8Array, path: Uint8Array): boolean {
  const above = componentsOf(directory);
  const below = componentsOf(path);
  if (above === null || below === null || above.length > below.length) return false;
  return above.every((name, at) => below[at]?.equals(name));
}

function componentsOf(path: Uint8Array): Buffer[] | null {
  try {
    return splitAbsolute(path);
  } catch (error) {
    if (error instanceof DmError) return null;
    throw error;
  }
}
