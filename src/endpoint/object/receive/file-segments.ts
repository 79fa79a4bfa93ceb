import type { Gfid } from '../../../model/ids.js';
import {
  encodeExtent,
  encodeExtentKey,
  MAX_SEGMENT_BYTES,
} from '../../../repository/segments-map.js';
import { andThen, type MaybePromise } from '../../../util/maybe-promise.js';
import type { LaneEvent } from '../../receive/lane-log.js';
import type { FileSink } from './file-sink.js';
import type { SegmentWriter, StoredSegment } from './segment-writer.js';

const SEGMENT = BigInt(MAX_SEGMENT_BYTES);

/** Bytes of a file that lie together in the segment to be. */
interface Piece {
  readonly offset: bigint;
  length: number;
  /** First byte inside the segment. */
  readonly start: number;
}

/** Cuts the bytes of one file into segments and gives the extents that they make. */
export class FileSegments implements FileSink {
  readonly #gfid: Gfid;
  /** Cut at multiples of a segment's size, so that equal files have equal segments. */
  readonly #aligned: boolean;
  readonly #writer: SegmentWriter;
  #pieces: Piece[] = [];
  #buffer: Buffer | null = null;
  #length = 0;

  constructor(options: { gfid: Gfid; aligned: boolean }, modules: { writer: SegmentWriter }) {
    this.#gfid = options.gfid;
    this.#aligned = options.aligned;
    this.#writer = modules.writer;
  }

  /** Bytes that are in no segment yet. */
  get pending(): number {
    return this.#length;
  }

  /** Adds a copy of bytes behind all before. Returns what became complete. */
  add(offset: bigint, bytes: Uint8Array): MaybePromise<LaneEvent>[] {
    const events: MaybePromise<LaneEvent>[] = [];
    let at = offset;
    for (let rest = bytes; rest.length > 0; ) {
      const part = rest.subarray(0, this.#roomAt(at));
      this.#addPart(at, part);
      at += BigInt(part.length);
      rest = rest.subarray(part.length);
      if (this.#roomAt(at) === 0 || (this.#aligned && at % SEGMENT === 0n)) {
        events.push(...this.flush());
      }
    }
    return events;
  }

  hole(offset: bigint, length: bigint): MaybePromise<LaneEvent>[] {
    const key = encodeExtentKey(this.#gfid, offset);
    const value = encodeExtent({ length, segment: null });
    return [{ kind: 'extents', gfid: this.#gfid, extents: [{ key, value }] }];
  }

  /** Makes a segment of what there is, if anything. */
  flush(): MaybePromise<LaneEvent>[] {
    if (this.#buffer === null) return [];
    const pieces = this.#pieces;
    const put = this.#writer.put(this.#buffer, this.#length);
    this.#pieces = [];
    this.#buffer = null;
    this.#length = 0;
    const event = andThen(put, (stored) => this.#extents(pieces, stored));
    // It may fail before anybody waits for it.
    if (event instanceof Promise) event.catch(() => undefined);
    return [event];
  }

  end(): MaybePromise<LaneEvent>[] {
    return this.flush();
  }

  /** Forgets what is in no segment yet. */
  drop(): void {
    if (this.#buffer !== null) this.#writer.giveBuffer(this.#buffer);
    this.#buffer = null;
    this.#length = 0;
  }

  #roomAt(offset: bigint): number {
    const room = MAX_SEGMENT_BYTES - this.#length;
    return this.#aligned ? Math.min(room, Number(SEGMENT - (offset % SEGMENT))) : room;
  }

  #addPart(offset: bigint, part: Uint8Array): void {
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.offset + BigInt(last.length) === offset) {
      last.length += part.length;
    } else {
      this.#pieces.push({ offset, length: part.length, start: this.#length });
    }
    this.#buffer ??= this.#writer.takeBuffer();
    this.#buffer.set(part, this.#length);
    this.#length += part.length;
  }

  #extents(pieces: readonly Piece[], { digest, location }: StoredSegment): LaneEvent {
    const extents = pieces.map(({ offset, length, start }) => ({
      key: encodeExtentKey(this.#gfid, offset),
      value: encodeExtent({ length: BigInt(length), start, digest, segment: location }),
    }));
    return { kind: 'extents', gfid: this.#gfid, extents };
  }
}
