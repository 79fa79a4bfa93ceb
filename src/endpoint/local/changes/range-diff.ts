import { LEAF_BYTES } from '../../change-payload.js';
import type { ChangedRange } from '../../changes/file-records.js';
import type { Range } from './candidates.js';
import { readAhead } from './read-ahead.js';
import { cutLeaf, STRETCH_BYTES, type Stretch, stretchesOf } from './stretches.js';
import type { Segment, VersionFile } from './version-file.js';

/** Files are compared in blocks of this many bytes. */
const BLOCK_BYTES = 4096;

/** A leaf that may differ from the basis's. */
export interface ChangedLeaf {
  readonly number: number;
  /** Nothing but hole: its bytes were not read. */
  readonly hole: boolean;
  /** Ascending, inside the leaf; empty when only the leaf's length differs. */
  readonly ranges: readonly ChangedRange[];
}

/**
 * The next stretch of a file that was looked at. What lies between two of them is as in the basis.
 */
export interface DiffChunk extends Range {
  /** Content from `start` on, where a leaf is not a hole; valid until the next chunk. */
  readonly bytes: Buffer;
  readonly leaves: readonly ChangedLeaf[];
}

/**
 * Finds what differs between a file and its basis, reading only what extent maps cannot exclude and
 * the leaves around that. Holds up to two buffers of 1 MiB; looks at one file at a time.
 */
export class RangeDiff {
  readonly #bytes = Buffer.allocUnsafeSlow(STRETCH_BYTES);
  /** Made when a file has a basis: in first copies none has. */
  #basisBuffer: Buffer | null = null;

  /**
   * Chunks in ascending order from `from` (a multiple of a leaf) on. Without a
   * basis their ranges cover the file; with one, what is in no range equals the
   * basis, and everything above its size is in one. `candidates`: whole leaves of a part of the file, of which
   * alone they tell.
   */
  *chunks(
    file: VersionFile,
    basis: VersionFile | null,
    from: number,
    candidates?: Iterable<Range>,
  ): Generator<DiffChunk, void> {
    const cut = cutLeaf(file, basis);
    for (const stretch of readAhead(stretchesOf(file, basis, from, candidates), file, basis)) {
      const segments = file.segments(stretch.start, stretch.end);
      const holes = wholeHoles(segments, file.size);
      this.#read(stretch, file, holes);
      const leaves = new LeafList(holes);
      for (const candidate of stretch.candidates) {
        for (const segment of segments) {
          const start = Math.max(segment.start, candidate.start);
          const end = Math.min(segment.end, candidate.end);
          if (start >= end) continue;
          if (segment.data) this.#compare(stretch.start, { start, end }, basis, leaves);
          else addHole({ start, end }, basis, leaves);
        }
      }
      if (cut !== null && cut >= stretch.start && cut < stretch.end) leaves.touch(cut / LEAF_BYTES);
      yield { start: stretch.start, end: stretch.end, bytes: this.#bytes, leaves: leaves.leaves };
    }
  }

  /** Reads the leaves that are not hole throughout. */
  #read(stretch: Stretch, file: VersionFile, holes: ReadonlySet<number>): void {
    const origin = stretch.start;
    let start = origin;
    for (let leaf = origin; leaf < stretch.end; leaf += LEAF_BYTES) {
      if (!holes.has(leaf / LEAF_BYTES)) continue;
      if (leaf > start) file.read(this.#bytes, start - origin, leaf - start, start);
      start = leaf + LEAF_BYTES;
    }
    if (start < stretch.end) {
      file.read(this.#bytes, start - origin, stretch.end - start, start);
    }
  }

  /**
   * Adds the blocks of a data range that are a hole, or other bytes, in the
   * basis; `origin` is where the buffer begins.
   */
  #compare(origin: number, range: Range, basis: VersionFile | null, leaves: LeafList): void {
    const common = Math.min(range.end, basis?.size ?? 0);
    if (basis !== null && range.start < common) {
      for (const { data, start, end } of basis.segments(range.start, common)) {
        // Zeros that are data now: the bytes are equal, what is kept of
        // them and its digest are not.
        if (!data) leaves.add({ start, end, data: true });
        else this.#compareData(origin, { start, end }, basis, leaves);
      }
    }
    const beyond = Math.max(range.start, common);
    if (beyond < range.end) leaves.add({ start: beyond, end: range.end, data: true });
  }

  #compareData(origin: number, { start, end }: Range, basis: VersionFile, leaves: LeafList): void {
    basis.read(this.#basisBytes, 0, end - start, start);
    for (const leaf of this.#unequal(origin, start, start, end, LEAF_BYTES)) {
      for (const block of this.#unequal(origin, start, leaf.start, leaf.end, BLOCK_BYTES)) {
        leaves.add({ ...block, data: true });
      }
    }
  }

  /** The units of [start, end) that differ, cut at multiples of `unit`. */
  *#unequal(
    origin: number,
    basisOrigin: number,
    start: number,
    end: number,
    unit: number,
  ): Generator<Range, void> {
    if (this.#equal(origin, basisOrigin, start, end)) return;
    for (let at = start; at < end; ) {
      const stop = Math.min(end, at - (at % unit) + unit);
      if (!this.#equal(origin, basisOrigin, at, stop)) yield { start: at, end: stop };
      at = stop;
    }
  }

  get #basisBytes(): Buffer {
    this.#basisBuffer ??= Buffer.allocUnsafeSlow(STRETCH_BYTES);
    return this.#basisBuffer;
  }

  #equal(origin: number, basisOrigin: number, start: number, end: number): boolean {
    const order = this.#bytes.compare(
      this.#basisBytes,
      start - basisOrigin,
      end - basisOrigin,
      start - origin,
      end - origin,
    );
    return order === 0;
  }
}

/** Numbers of the leaves that lie in one hole. */
function wholeHoles(segments: readonly Segment[], size: number): Set<number> {
  const numbers = new Set<number>();
  for (const { data, start, end } of segments) {
    if (data) continue;
    const last = end === size ? Math.ceil(end / LEAF_BYTES) : Math.floor(end / LEAF_BYTES);
    for (let number = Math.ceil(start / LEAF_BYTES); number < last; number++) numbers.add(number);
  }
  return numbers;
}

/** A hole changes only what is data in the basis, or above its size. */
function addHole(range: Range, basis: VersionFile | null, leaves: LeafList): void {
  const common = Math.min(range.end, basis?.size ?? 0);
  if (basis !== null && range.start < common) {
    for (const segment of basis.segments(range.start, common)) {
      if (segment.data) leaves.add({ start: segment.start, end: segment.end, data: false });
    }
  }
  const beyond = Math.max(range.start, common);
  if (beyond < range.end) leaves.add({ start: beyond, end: range.end, data: false });
}

/** Collects ranges, given in ascending order, leaf by leaf. */
class LeafList {
  readonly leaves: { number: number; hole: boolean; ranges: ChangedRange[] }[] = [];
  readonly #holes: ReadonlySet<number>;

  constructor(holes: ReadonlySet<number>) {
    this.#holes = holes;
  }

  add(range: ChangedRange): void {
    for (let start = range.start; start < range.end; ) {
      const number = Math.floor(start / LEAF_BYTES);
      const end = Math.min(range.end, (number + 1) * LEAF_BYTES);
      const ranges = this.touch(number);
      const last = ranges.at(-1);
      if (last?.end === start && last.data === range.data) {
        ranges[ranges.length - 1] = { start: last.start, end, data: range.data };
      } else ranges.push({ start, end, data: range.data });
      start = end;
    }
  }

  /** The ranges of a leaf, which is now one of the list. */
  touch(number: number): ChangedRange[] {
    const last = this.leaves.at(-1);
    if (last?.number === number) return last.ranges;
    const ranges: ChangedRange[] = [];
    this.leaves.push({ number, hole: this.#holes.has(number), ranges });
    return ranges;
  }
}
