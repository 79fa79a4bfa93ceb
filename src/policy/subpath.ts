import { printable } from '../model/entry-name.js';
import { DmError } from '../model/error.js';
import { parseEscaped } from '../util/escape.js';

const SLASH = 0x2f;
/** What a directory entry can be named. */
const NAME = /^(?!\.{1,2}$)[^\0]{1,255}$/;

/**
 * The bytes of a subpath as it is given, below the base path of a dataset, in its one form. Slashes at the end, as shells
 * put them behind directories, do not count. Throws `invalid_argument` for what can be no such path.
 */
export function parseSubpath(text: string): Buffer {
  const given = parseEscaped(text);
  let end = given.length;
  while (given[end - 1] === SLASH) end--;
  const path = given.subarray(0, end);
  if (path.toString('latin1').split('/').every(isName)) return path;
  throw new DmError(
    'invalid_argument',
    `subpath ${printable(given)} must be relative to the source base path, with one slash between names of at most 255 bytes, without "." or ".."`,
  );
}

function isName(name: string): boolean {
  return NAME.test(name);
}
