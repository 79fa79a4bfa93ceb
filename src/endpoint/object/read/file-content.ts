import { blake3 } from '@napi-rs/blake-hash';
import { decodeContentValue, encodeContentKey } from '../../../catalog/maps/content.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import { equalBytes } from '../../../util/bytes.js';
import { LEAF_BYTES } from '../../change-payload.js';
import type { FileChunk, SentLeaf } from '../../changes/file-records.js';
import { changedPieces, type Piece, piecesOf, type StoredBytes } from './file-extents.js';
import type { Segments } from './segments.js';
import type { StoredMaps } from './stored-maps.js';

/** What is read together: one segment of a large file. */
export const CHUNK_BYTES = 16 * LEAF_BYTES;
const ZEROS = Buffer.alloc(LEAF_BYTES);

/** A regular file of a dataset. */
export interface StoredFile {
  readonly maps: StoredMaps;
  readonly gfid: Gfid;
  readonly size: number;
}

/** Chunks begin at multiples of CHUNK_BYTES, but for the first, from `from` to `end`. */
export function* chunkStarts(from: number, end: number): Generator<{ start: number; end: number }> {
  for (let start = from; start < end; ) {
    const stop = Math.min(start - (start % CHUNK_BYTES) + CHUNK_BYTES, end);
    yield { start, end: stop };
    start = stop;
  }
}

/** Bytes [start, end) of a file; its segments are checked, and every leaf that lies whole inside. */
export async function readChunk(
  file: StoredFile,
  start: number,
  end: number,
  segments: Segments,
): Promise<Buffer> {
  const pieces = await piecesOf(file.maps.segments, file.gfid, start, end);
  if (pieces.some(({ stored }) => stored === 'plain')) {
    // Only whole leaves can be checked.
    const from = start - (start % LEAF_BYTES);
    const to = Math.min(Math.ceil(end / LEAF_BYTES) * LEAF_BYTES, file.size);
    if (from < start || end < to) {
      return (await readChunk(file, from, to, segments)).subarray(start - from, end - from);
    }
  }
  const bytes = await fill(file, pieces, start, end, segments);
  for (let leaf = Math.ceil(start / LEAF_BYTES); leaf * LEAF_BYTES < end; leaf++) {
    const stop = Math.min((leaf + 1) * LEAF_BYTES, file.size);
    if (stop > end) break;
    const digest = await leafDigest(file, leaf);
    check(bytes.subarray(leaf * LEAF_BYTES - start, stop - start), digest, leaf);
  }
  return bytes;
}

/**
 * What a chunk, whose start is a multiple of a leaf, has that `basis` does not have. Segments are read only where
 * something has changed.
 */
export async function readChanges(
  file: StoredFile,
  basis: StoredFile | null,
  start: number,
  end: number,
  segments: Segments,
): Promise<{ chunk: FileChunk; leaves: SentLeaf[] }> {
  const changed: { number: number; digest: Uint8Array | null }[] = [];
  for (let number = start / LEAF_BYTES; number * LEAF_BYTES < end; number++) {
    const digest = await leafDigest(file, number);
    if (!(await isAsBefore(number, digest, file, basis))) changed.push({ number, digest });
  }
  if (changed.length === 0) return { chunk: { start, end, bytes: ZEROS }, leaves: [] };
  const pieces = await piecesOf(file.maps.segments, file.gfid, start, end);
  const stop = Math.min(end, basis?.size ?? 0);
  const former =
    basis !== null && stop > start
      ? await piecesOf(basis.maps.segments, basis.gfid, start, stop)
      : [];
  const different = changedPieces(pieces, former);
  const wanted: Piece[] = [];
  const leaves: SentLeaf[] = [];
  for (const { number, digest } of changed) {
    const mine = within(different, number * LEAF_BYTES, (number + 1) * LEAF_BYTES);
    wanted.push(...mine);
    const ranges = mine.map((piece) => ({
      start: piece.start,
      end: piece.end,
      data: piece.stored !== null && digest !== null,
    }));
    leaves.push({ number, digest, ranges });
  }
  const bytes = await fill(file, wanted, start, end, segments);
  for (const { number, digest, ranges } of leaves) {
    const from = number * LEAF_BYTES;
    const to = Math.min(from + LEAF_BYTES, end);
    const covered = ranges.reduce((sum, range) => sum + range.end - range.start, 0);
    // Of a leaf that is sent in part the receiver checks the digest; the segments are checked here all the same.
    if (covered === to - from) check(bytes.subarray(from - start, to - start), digest, number);
  }
  return { chunk: { start, end, bytes }, leaves };
}

async function isAsBefore(
  leaf: number,
  digest: Uint8Array | null,
  file: StoredFile,
  basis: StoredFile | null,
): Promise<boolean> {
  if (basis === null) return false;
  const end = (leaf + 1) * LEAF_BYTES;
  if (Math.min(end, file.size) !== Math.min(end, basis.size)) return false;
  const before = await leafDigest(basis, leaf);
  if (before === null || digest === null) return before === digest;
  return equalBytes(before, digest);
}

async function leafDigest({ maps, gfid }: StoredFile, leaf: number): Promise<Uint8Array | null> {
  const value = await maps.catalog.content.get(encodeContentKey(gfid, leaf));
  if (value !== null) return decodeContentValue(value);
  throw new DmError(
    'corrupt',
    `file ${gfid} has no digest for leaf ${leaf}; restore its pages from another copy of the repository`,
  );
}

function within(pieces: readonly Piece[], start: number, end: number): Piece[] {
  return pieces
    .filter((piece) => piece.start < end && piece.end > start)
    .map(({ stored, ...piece }) => ({
      start: Math.max(piece.start, start),
      end: Math.min(piece.end, end),
      stored,
    }));
}

/** Bytes [start, end) of a file, zeros where there are no pieces; not to be changed. */
async function fill(
  { maps, gfid }: StoredFile,
  pieces: readonly Piece[],
  start: number,
  end: number,
  segments: Segments,
): Promise<Buffer> {
  const only = onlySegment(pieces, start, end);
  if (only !== null) {
    const { segment, digest, origin } = only;
    return (await segments.read(segment, digest)).subarray(start - origin, end - origin);
  }
  const bytes = Buffer.alloc(end - start);
  await Promise.all(
    pieces.map(async (piece) => {
      if (piece.stored === null) return;
      if (piece.stored === 'plain') {
        const place = bytes.subarray(piece.start - start, piece.end - start);
        await maps.plain.read(maps.catalog, gfid, piece.start, place);
        segments.addBytesRead(place.length);
        return;
      }
      const { segment, digest, origin } = piece.stored;
      const whole = await segments.read(segment, digest);
      whole.copy(bytes, piece.start - start, piece.start - origin, piece.end - origin);
    }),
  );
  return bytes;
}

/** What bytes [start, end) are part of, when that is one segment and `pieces` cover them all. */
function onlySegment(pieces: readonly Piece[], start: number, end: number): StoredBytes | null {
  const [first] = pieces;
  if (first === undefined || first.stored === null || first.stored === 'plain') return null;
  let at = start;
  for (const piece of pieces) {
    if (piece.start !== at || piece.stored !== first.stored) return null;
    at = piece.end;
  }
  return at === end ? first.stored : null;
}

function check(bytes: Buffer, digest: Uint8Array | null, leaf: number): void {
  const isRight =
    digest === null
      ? bytes.equals(ZEROS.subarray(0, bytes.length))
      : blake3(bytes).compare(digest) === 0;
  if (isRight) return;
  const start = leaf * LEAF_BYTES;
  throw new DmError(
    'corrupt',
    `bytes ${start} to ${start + bytes.length} are not what was captured; restore the file from another copy`,
  );
}
