import { DmError } from '../../../model/error.js';

const MAX_KEY_BYTES = 900;

/** Refuses keys that some store could not hold: empty, too long, with NUL or not of whole Unicode characters. */
export function checkKey(key: string): void {
  const bad =
    key === '' ||
    key.includes('\0') ||
    /\p{Surrogate}/u.test(key) ||
    Buffer.byteLength(key) > MAX_KEY_BYTES;
  if (bad) {
    throw new DmError(
      'invalid_argument',
      `object key "${key.slice(0, 80)}" must be 1 to ${MAX_KEY_BYTES} bytes of UTF-8 without NUL`,
    );
  }
}

/** Order of two keys by their UTF-8 bytes, which differs from JavaScript's order above U+D7FF. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return weight(left) - weight(right);
  }
  return a.length - b.length;
}

/** A surrogate is half of a character above everything that one code unit can hold. */
function weight(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit;
}
