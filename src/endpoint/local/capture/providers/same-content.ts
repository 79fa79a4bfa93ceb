import { readAt } from '../../sys/data.js';

const BLOCK = 1024 * 1024;
const left = Buffer.allocUnsafeSlow(BLOCK);
const right = Buffer.allocUnsafeSlow(BLOCK);

/** Whether the first `size` bytes of two files are equal, read side by side. */
export function sameContent(a: number, b: number, size: bigint, signal: AbortSignal): boolean {
  const length = Number(size);
  for (let at = 0; at < length; at += BLOCK) {
    signal.throwIfAborted();
    const wanted = Math.min(BLOCK, length - at);
    const got = readAt(a, left, 0, wanted, at);
    if (got !== wanted || readAt(b, right, 0, wanted, at) !== wanted) return false;
    if (left.compare(right, 0, wanted, 0, wanted) !== 0) return false;
  }
  return true;
}
