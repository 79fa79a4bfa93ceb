import { DmError } from '../../../../model/error.js';
import { readAt, truncate, writeAt } from '../../sys/data.js';
import { type DataExtent, dataExtents, sizeAsNumber } from '../../sys/holes.js';
import { WrittenPages } from '../../sys/written-pages.js';
import { hashLeaves, type LeafSink } from './leaf-hasher.js';

const WINDOW = 1024 * 1024;
const buffer = Buffer.allocUnsafeSlow(WINDOW);

/**
 * Copies the content of `fromFd` into the empty file `toFd`, in 1 MiB reads; holes stay holes. Each 64 KiB leaf is
 * hashed on the way. Throws `source_changing` when the file turns out shorter than `size`.
 */
export function copyContent(
  fromFd: number,
  toFd: number,
  size: bigint,
  leaves: LeafSink,
  signal: AbortSignal,
): void {
  const length = sizeAsNumber(size);
  const extents = dataExtents(fromFd, length);
  let extent = extents.next();
  const pages = new WrittenPages(toFd);
  truncate(toFd, length);
  for (let at = 0; at < length; at += WINDOW) {
    signal.throwIfAborted();
    const window = buffer.subarray(0, Math.min(WINDOW, length - at));
    const end = at + window.length;
    const data: DataExtent[] = [];
    while (extent.done !== true && extent.value.offset < end) {
      data.push(extent.value);
      if (extent.value.offset + extent.value.length > end) break;
      extent = extents.next();
    }
    copyWindow(fromFd, { toFd, pages }, window, at, data);
    const hasData = (start: number, stop: number): boolean =>
      data.some((one) => one.offset < at + stop && one.offset + one.length > at + start);
    hashLeaves(window, at, hasData, leaves);
  }
}

/** Fills `window` with what the file has at `position`, and writes the data ranges. */
function copyWindow(
  fromFd: number,
  { toFd, pages }: { readonly toFd: number; readonly pages: WrittenPages },
  window: Buffer,
  position: number,
  data: readonly DataExtent[],
): void {
  let filled = 0;
  for (const extent of data) {
    const start = Math.max(extent.offset - position, 0);
    const end = Math.min(extent.offset + extent.length - position, window.length);
    window.fill(0, filled, start);
    const got = readAt(fromFd, window, start, end - start, position + start);
    if (got < end - start) {
      throw new DmError('source_changing', 'the file became shorter while it was read');
    }
    writeAt(toFd, window, start, end - start, position + start);
    pages.wrote(BigInt(position + start), BigInt(position + end));
    filled = end;
  }
  window.fill(0, filled);
}
