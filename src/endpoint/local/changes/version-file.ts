import { DmError } from '../../../model/error.js';
import { advise, readAt } from '../sys/data.js';
import { type DataExtent, dataExtents } from '../sys/holes.js';

/** What is read on end before its pages go back to the kernel. */
const DROP_BYTES = 8 * 1024 * 1024;

/** A stretch of a file that is data or hole throughout. */
export interface Segment {
  readonly data: boolean;
  readonly start: number;
  readonly end: number;
}

export interface VersionFileOptions {
  /** Known to have no holes, which saves asking. */
  readonly dense?: boolean;
  /** Nobody else reads it: its pages need not stay in the page cache, where they would take the place of what others use. */
  readonly isOwn?: boolean;
  /** Is told how much was read. */
  readonly onRead?: (bytes: number) => void;
}

/** One opened content, read from its start towards its end. Does not own the descriptor. */
export class VersionFile {
  readonly fd: number;
  readonly size: number;
  readonly #extents: Iterator<DataExtent, void, undefined>;
  #current: DataExtent | null = null;
  #ended = false;
  readonly #onRead: ((bytes: number) => void) | undefined;
  readonly #isOwn: boolean;
  /** What was read on end, and is still in the page cache. */
  #readFrom = 0;
  #readTo = 0;

  constructor(fd: number, size: number, options: VersionFileOptions = {}) {
    this.fd = fd;
    this.size = size;
    this.#onRead = options.onRead;
    this.#isOwn = options.isOwn === true;
    this.#extents = options.dense
      ? [{ offset: 0, length: size }][Symbol.iterator]()
      : dataExtents(fd, size);
  }

  /**
   * Where the hole at `at` ends, or `at` when data is there. `at` must
   * not be below what was asked before.
   */
  holeEnd(at: number): number {
    const extent = this.#extentAt(at);
    return extent === null ? this.size : Math.max(at, extent.offset);
  }

  /**
   * The segments of [start, end), which lies below the size and not below the end of what was asked
   * before.
   */
  segments(start: number, end: number): Segment[] {
    const segments: Segment[] = [];
    let at = start;
    while (at < end) {
      const extent = this.#extentAt(at);
      const from = extent === null ? end : Math.min(extent.offset, end);
      if (from > at) {
        segments.push({ data: false, start: at, end: from });
        at = from;
      } else {
        const stop = extent === null ? end : Math.min(extent.offset + extent.length, end);
        segments.push({ data: true, start: at, end: stop });
        at = stop;
      }
    }
    return segments;
  }

  /** Fills `length` bytes of `buffer`; `source_changing` when the file has fewer. */
  read(buffer: Uint8Array, start: number, length: number, position: number): void {
    this.#onRead?.(length);
    if (readAt(this.fd, buffer, start, length, position) < length) {
      throw new DmError(
        'source_changing',
        `the file became shorter than its ${this.size} bytes while it was read; capture it again`,
      );
    }
    if (position !== this.#readTo) this.#readFrom = position;
    this.#readTo = position + length;
    if (this.#readTo - this.#readFrom >= DROP_BYTES) this.release();
  }

  /** Nothing of what was read last is needed again. */
  release(): void {
    if (!this.#isOwn || this.#readTo === this.#readFrom) return;
    // Pages that are there in part only stay.
    const end = this.#readTo === this.size ? 0 : this.#readTo - this.#readFrom;
    advise(this.fd, this.#readFrom, end, 'dontNeed');
    this.#readFrom = this.#readTo;
  }

  /** The first extent that ends behind `at`. */
  #extentAt(at: number): DataExtent | null {
    while (!this.#ended && (this.#current === null || endOf(this.#current) <= at)) {
      const next = this.#extents.next();
      if (next.done) {
        this.#ended = true;
        this.#current = null;
      } else this.#current = next.value;
    }
    return this.#current;
  }
}

function endOf(extent: DataExtent): number {
  return extent.offset + extent.length;
}
