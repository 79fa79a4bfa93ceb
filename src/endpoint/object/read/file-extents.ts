import type { MapReader } from '../../../catalog/map-reader.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import {
  decodeExtent,
  decodeExtentKey,
  type Extent,
  encodeExtentKey,
  MAX_SEGMENT_BYTES,
} from '../../../repository/segments-map.js';
import { equalBytes } from '../../../util/bytes.js';

/** Where bytes [start, end) of a file are. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** Null for a hole; `plain`: in the plain object of the file. */
  readonly stored: StoredBytes | 'plain' | null;
}

/** Bytes of a segment; `origin` is where in the file the segment's first byte would be. */
export interface StoredBytes {
  readonly digest: Uint8Array;
  readonly segment: Extract<Extent, { digest: Uint8Array }>['segment'];
  readonly origin: number;
}

/** The pieces that cover [start, end) of a file, ascending. `corrupt` when the map has a gap or an overlap there. */
export async function piecesOf(
  segments: MapReader,
  gfid: Gfid,
  start: number,
  end: number,
): Promise<Piece[]> {
  const pieces: Piece[] = [];
  // No segment is longer: one that reaches `start` begins behind this. A hole may begin far before.
  const from = encodeExtentKey(gfid, BigInt(Math.max(0, start - MAX_SEGMENT_BYTES)));
  const to = encodeExtentKey(gfid, BigInt(end));
  let at = start;
  for await (const batch of segments.range({ from, to })) {
    for (const { key, value } of batch) {
      const offset = Number(decodeExtentKey(key).offset);
      const extent = decodeExtent(value);
      const stop = offset + Number(extent.length);
      if (stop <= start) continue;
      if (offset > at) {
        if (pieces.length > 0) throw uncovered(gfid, at);
        pieces.push({ start: at, end: offset, stored: null });
      } else if (offset < at && pieces.length > 0) {
        throw uncovered(gfid, at);
      }
      const piece = { start: Math.max(offset, start), end: Math.min(stop, end) };
      pieces.push({ ...piece, stored: storedBytes(extent, offset) });
      at = piece.end;
    }
  }
  if (at === end) return pieces;
  if (pieces.length > 0) throw uncovered(gfid, at);
  return [{ start, end, stored: null }];
}

/** The parts of `pieces` that are not the same bytes in `former`, which may end earlier. Both begin at one offset. */
export function changedPieces(pieces: readonly Piece[], former: readonly Piece[]): Piece[] {
  const changed: Piece[] = [];
  let index = 0;
  for (const piece of pieces) {
    for (let at = piece.start; at < piece.end; ) {
      while (index < former.length && (former[index]?.end ?? 0) <= at) index++;
      const other = former[index];
      const end = Math.min(piece.end, other?.end ?? piece.end);
      if (other === undefined || !isSame(piece.stored, other.stored)) {
        changed.push({ start: at, end, stored: piece.stored });
      }
      at = end;
    }
  }
  return changed;
}

function isSame(left: Piece['stored'], right: Piece['stored']): boolean {
  if (left === null || right === null) return left === right;
  // Nothing says what a plain object holds but its leaves.
  if (left === 'plain' || right === 'plain') return false;
  return left.origin === right.origin && equalBytes(left.digest, right.digest);
}

function storedBytes(extent: Extent, offset: number): Piece['stored'] {
  if (extent.segment === null) return extent.isPlain === true ? 'plain' : null;
  const { digest, segment, start } = extent;
  return { digest, segment, origin: offset - start };
}

function uncovered(gfid: Gfid, at: number): DmError {
  return new DmError(
    'corrupt',
    `file ${gfid}: nothing says where byte ${at} is; restore its pages from another copy of the repository`,
  );
}
