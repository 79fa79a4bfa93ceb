import { MAX_SEGMENT_BYTES } from '../../../repository/segments-map.js';

/** Buffers of a segment's size that are used again and again: memory that is made anew each time outlives its use by far. */
export class SegmentBuffers {
  readonly #free: Buffer[] = [];

  /** MAX_SEGMENT_BYTES bytes; their content is what it was. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(MAX_SEGMENT_BYTES);
  }

  /** Takes back what nobody reads any more. */
  give(buffer: Buffer): void {
    this.#free.push(buffer);
  }
}
