import { encodeId, readGfid } from '../catalog/maps/codec.js';
import type { MapParams } from '../catalog/page-rule.js';
import { type PackId, parsePackId } from '../catalog/page-store.js';
import { DmError } from '../model/error.js';
import type { Gfid } from '../model/ids.js';
import { BinaryReader, BinaryWriter, writeU64 } from '../util/binary.js';

/** Where the bytes of files are. Not part of the root digest: a repack may write it anew. */
export const SEGMENTS_MAP = { name: 'segments', leafEntries: 64 } as const satisfies MapParams;

/** Bytes that one segment holds at most before compression. */
export const MAX_SEGMENT_BYTES = 1024 * 1024;

/** Where a stored segment lies: in a frame of its own, or in one with others. */
export interface SegmentLocation {
  readonly pack: PackId;
  /** Of the stored frame, from the start of the pack. */
  readonly offset: number;
  readonly length: number;
  /** Bytes that the frame holds. */
  readonly frameLength: number;
  /** First byte of the segment among them. */
  readonly frameStart: number;
  /** Bytes of the segment itself. */
  readonly rawLength: number;
}

/**
 * Part of a file: a hole, bytes of its plain object at the same offset, or bytes of one segment.
 */
export type Extent =
  | { readonly length: bigint; readonly segment: null; readonly isPlain?: true }
  | {
      readonly length: bigint;
      /** First byte of the extent inside the segment. */
      readonly start: number;
      /** Of the whole segment: 32 bytes. */
      readonly digest: Uint8Array;
      readonly segment: SegmentLocation;
    };

export interface ExtentKey {
  readonly gfid: Gfid;
  readonly offset: bigint;
}

const HOLE = 0;
const SEGMENT = 1;
const SEGMENT_AMONG_OTHERS = 2;
const PLAIN = 3;
const KEY_BYTES = 16;
const DIGEST_BYTES = 32;
const PACK_BYTES = 16;
const scratch = new BinaryWriter(128);

/** Key: gfid u64, offset u64. */
export function encodeExtentKey(gfid: Gfid, offset: bigint): Buffer {
  const key = Buffer.allocUnsafe(KEY_BYTES);
  writeU64(key, 0, gfid);
  writeU64(key, 8, offset);
  return key;
}

/** Prefix of all extents of one file. */
export function extentsOf(gfid: Gfid): Buffer {
  return encodeId(gfid);
}

export function decodeExtentKey(key: Uint8Array): ExtentKey {
  const reader = new BinaryReader(key, fail);
  const gfid = readGfid(reader, fail);
  const offset = reader.u64();
  reader.end();
  return { gfid, offset };
}

/**
 * Value: varint length, u8 kind (0 hole, 1 segment with a frame of its own, 2 segment in a frame
 * with others, 3 plain); of a segment then its digest (32), varint start, its pack (16), varints
 * offset, length and raw length; of kind 2 then varints frame start and frame length.
 */
export function encodeExtent(extent: Extent): Buffer {
  const writer = scratch;
  writer.clear();
  writer.bigVarint(extent.length);
  if (extent.segment === null) return writer.u8(extent.isPlain === true ? PLAIN : HOLE).take();
  const { pack, offset, length, rawLength, frameStart, frameLength } = extent.segment;
  const isAlone = frameStart === 0 && frameLength === rawLength;
  writer
    .u8(isAlone ? SEGMENT : SEGMENT_AMONG_OTHERS)
    .bytes(extent.digest)
    .varint(extent.start);
  writer.bytes(Buffer.from(pack, 'hex')).varint(offset).varint(length).varint(rawLength);
  if (!isAlone) writer.varint(frameStart).varint(frameLength);
  return writer.take();
}

/** The digest is a view into `value`. */
export function decodeExtent(value: Uint8Array): Extent {
  const reader = new BinaryReader(value, fail);
  const length = reader.bigVarint();
  if (length === 0n) throw fail('an extent without bytes');
  const kind = reader.u8();
  if (kind === HOLE || kind === PLAIN) {
    reader.end();
    if (kind === HOLE) return { length, segment: null };
    if (length > MAX_SEGMENT_BYTES) throw fail('a plain extent that is too long');
    return { length, segment: null, isPlain: true };
  }
  if (kind !== SEGMENT && kind !== SEGMENT_AMONG_OTHERS) throw fail(`an extent of kind ${kind}`);
  const digest = reader.bytes(DIGEST_BYTES);
  const start = reader.varint();
  const pack = parsePackId(reader.bytes(PACK_BYTES).toString('hex'));
  const offset = reader.varint();
  const stored = reader.varint();
  const rawLength = reader.varint();
  const frameStart = kind === SEGMENT ? 0 : reader.varint();
  const frameLength = kind === SEGMENT ? rawLength : reader.varint();
  const segment = { pack, offset, length: stored, frameLength, frameStart, rawLength };
  reader.end();
  if (segment.frameLength > MAX_SEGMENT_BYTES) throw fail('a segment that is too long');
  if (frameStart + rawLength > frameLength) throw fail('a segment beyond the end of its frame');
  if (BigInt(start) + length > BigInt(segment.rawLength)) {
    throw fail('an extent beyond the end of its segment');
  }
  return { length, digest, start, segment };
}

function fail(reason: string): DmError {
  return new DmError(
    'corrupt',
    `record in map segments: ${reason}; restore its pack from another copy of the repository`,
  );
}
