import { LEAF_BYTES } from '../../change-payload.js';
import { candidateRanges, type Range } from './candidates.js';
import type { VersionFile } from './version-file.js';

/** What is read together at most, when there is anything to read. */
export const STRETCH_BYTES = 16 * LEAF_BYTES;
/** Leaves of a hole that are told together: nothing is read for them. */
const HOLE_BYTES = 1024 * LEAF_BYTES;

/**
 * Consecutive whole leaves of a file (the file's last may be short), and what of them may differ.
 */
export interface Stretch extends Range {
  /** Ascending, inside the stretch. */
  readonly candidates: readonly Range[];
}

/**
 * The stretches of `file` that must be looked at, ascending, from `from` (a multiple of a
 * leaf) on. Without a basis they cover the file. `candidates`: those of a part of the file, of whole leaves; the file's own unless given.
 */
export function stretchesOf(
  file: VersionFile,
  basis: VersionFile | null,
  from: number,
  candidates?: Iterable<Range>,
): Generator<Stretch, void> {
  if (basis === null) return whole(file, from);
  if (candidates !== undefined) return around(file, from, candidates);
  return aroundAll(file, basis, from);
}

/**
 * Start of the last leaf when it was longer in the basis: its digest differs even when no byte
 * that is left does. Null when there is no such leaf.
 */
export function cutLeaf(file: VersionFile, basis: VersionFile | null): number | null {
  const over = file.size % LEAF_BYTES;
  return basis !== null && basis.size > file.size && over > 0 ? file.size - over : null;
}

function* whole(file: VersionFile, from: number): Generator<Stretch, void> {
  for (let start = from; start < file.size; ) {
    const holeEnd = Math.min(file.holeEnd(start), start + HOLE_BYTES);
    const holeLeaves = holeEnd === file.size ? holeEnd : holeEnd - (holeEnd % LEAF_BYTES);
    const end = holeLeaves > start ? holeLeaves : Math.min(start + STRETCH_BYTES, file.size);
    yield { start, end, candidates: [{ start, end }] };
    start = end;
  }
}

function* aroundAll(file: VersionFile, basis: VersionFile, from: number): Generator<Stretch, void> {
  let end = from;
  for (const stretch of around(file, from, candidateRanges(file, basis, from))) {
    end = stretch.end;
    yield stretch;
  }
  const cut = cutLeaf(file, basis);
  if (cut !== null && cut >= end) yield { start: cut, end: file.size, candidates: [] };
}

function* around(
  file: VersionFile,
  from: number,
  ranges: Iterable<Range>,
): Generator<Stretch, void> {
  let start = from;
  let end = from;
  let candidates: Range[] = [];
  for (const candidate of ranges) {
    for (let at = candidate.start; at < candidate.end; ) {
      const leaf = at - (at % LEAF_BYTES);
      if (candidates.length > 0 && (leaf > end || at >= start + STRETCH_BYTES)) {
        yield { start, end: Math.min(end, file.size), candidates };
        candidates = [];
      }
      if (candidates.length === 0) start = leaf;
      const stop = Math.min(candidate.end, start + STRETCH_BYTES);
      candidates.push({ start: at, end: stop });
      end = Math.ceil(stop / LEAF_BYTES) * LEAF_BYTES;
      at = stop;
    }
  }
  if (candidates.length > 0) yield { start, end: Math.min(end, file.size), candidates };
}
