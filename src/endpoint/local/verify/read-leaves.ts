import { blake3 } from '@napi-rs/blake-hash';
import { CONTENT_LEAF_BYTES } from '../../../catalog/maps/content.js';
import { DmError } from '../../../model/error.js';
import { readAt } from '../sys/data.js';
import { dataExtents, sizeAsNumber } from '../sys/holes.js';

const WINDOW = 16 * CONTENT_LEAF_BYTES;
const ZEROS = Buffer.alloc(CONTENT_LEAF_BYTES);

/** One leaf of a file; its bytes are valid until the next one is asked for. */
export interface Leaf {
  readonly number: number;
  readonly length: number;
  /** The file system holds no data for any of it. */
  readonly asHole: boolean;
  isZero(): boolean;
  digest(): Uint8Array;
}

/**
 * Every leaf of an open file in order; all bytes are read, those of holes too. Throws
 * `corrupt` when it is shorter than `size`.
 */
export function* readLeaves(fd: number, size: bigint, signal: AbortSignal): Generator<Leaf> {
  const length = sizeAsNumber(size);
  const buffer = Buffer.allocUnsafeSlow(Math.min(WINDOW, length));
  const extents = dataExtents(fd, length);
  let extent = extents.next();
  for (let at = 0; at < length; at += WINDOW) {
    signal.throwIfAborted();
    const wanted = Math.min(WINDOW, length - at);
    if (readAt(fd, buffer, 0, wanted, at) !== wanted) {
      throw new DmError('corrupt', 'the file is shorter than its size says');
    }
    for (let start = 0; start < wanted; start += CONTENT_LEAF_BYTES) {
      const bytes = buffer.subarray(start, Math.min(start + CONTENT_LEAF_BYTES, wanted));
      while (extent.done !== true && extent.value.offset + extent.value.length <= at + start) {
        extent = extents.next();
      }
      const end = at + start + bytes.length;
      yield {
        number: (at + start) / CONTENT_LEAF_BYTES,
        length: bytes.length,
        asHole: extent.done === true || extent.value.offset >= end,
        isZero: () => bytes.equals(ZEROS.subarray(0, bytes.length)),
        digest: () => blake3(bytes),
      };
    }
  }
}
