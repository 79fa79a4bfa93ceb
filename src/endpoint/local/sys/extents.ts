import { DmError } from '../../../model/error.js';
import { ioctl } from './ioctl.js';

/** A range of a file and where the file system keeps it. All in bytes. */
export interface Extent {
  readonly logical: number;
  /** Meaningful only when the flags say nothing against it (`EXTENT_NOT_COMPARABLE`). */
  readonly physical: number;
  readonly length: number;
  readonly flags: number;
}

export const EXTENT_LAST = 0x1;
export const EXTENT_UNKNOWN = 0x2;
export const EXTENT_DELALLOC = 0x4;
export const EXTENT_ENCODED = 0x8;
export const EXTENT_DATA_ENCRYPTED = 0x80;
export const EXTENT_NOT_ALIGNED = 0x100;
export const EXTENT_DATA_INLINE = 0x200;
export const EXTENT_DATA_TAIL = 0x400;
/** Allocated but never written: reads as zeros. */
export const EXTENT_UNWRITTEN = 0x800;
export const EXTENT_MERGED = 0x1000;
export const EXTENT_SHARED = 0x2000;

/** With one of these, two extents at one physical place are not known to hold the same bytes. */
export const EXTENT_NOT_COMPARABLE =
  EXTENT_UNKNOWN |
  EXTENT_DELALLOC |
  EXTENT_ENCODED |
  EXTENT_DATA_ENCRYPTED |
  EXTENT_NOT_ALIGNED |
  EXTENT_DATA_INLINE |
  EXTENT_DATA_TAIL;

const FS_IOC_FIEMAP = 0xc020660b;
const FIEMAP_FLAG_SYNC = 1;
// struct fiemap: u64 start, u64 length, u32 flags, u32 mapped, u32
// count, u32 reserved, then extents.
const HEADER = 32;
const MAPPED = 20;
// struct fiemap_extent: u64 logical, u64 physical, u64 length, u64[2], u32 flags, u32[3].
const EXTENT = 56;
const FLAGS = 40;
const COUNT = 1024;
const REQUEST = Buffer.alloc(HEADER + COUNT * EXTENT);

/**
 * The extents of the file `fd` in the range from `from` up to `to`, ascending and cut to
 * it; what none covers is a hole. Give the file size as `to`: XFS reports room that it
 * reserved beyond it as data. Dirty data is written out first, so that it has a place.
 * EOPNOTSUPP where the file system has no such map.
 */
export function* mapExtents(
  fd: number,
  from: number,
  to: number,
): Generator<Extent, void, undefined> {
  let start = from;
  while (start < to) {
    const batch = readBatch(fd, start, to);
    for (const extent of batch) {
      const inside = cut(extent, from, to);
      if (inside.length > 0) yield inside;
    }
    const last = batch.at(-1);
    if (last === undefined || (last.flags & EXTENT_LAST) !== 0) return;
    start = Math.max(last.logical + last.length, start + 1);
  }
}

function cut(extent: Extent, from: number, to: number): Extent {
  const end = extent.logical + extent.length;
  if (extent.logical >= from && end <= to) return extent;
  const logical = Math.max(extent.logical, from);
  return {
    logical,
    physical: extent.physical + (logical - extent.logical),
    length: Math.min(end, to) - logical,
    flags: extent.flags,
  };
}

function readBatch(fd: number, from: number, to: number): Extent[] {
  REQUEST.fill(0, 0, HEADER);
  REQUEST.writeBigUInt64LE(BigInt(from), 0);
  REQUEST.writeBigUInt64LE(BigInt(to - from), 8);
  REQUEST.writeUInt32LE(FIEMAP_FLAG_SYNC, 16);
  REQUEST.writeUInt32LE(COUNT, 24);
  ioctl(fd, FS_IOC_FIEMAP, REQUEST, 'FS_IOC_FIEMAP');
  const mapped = REQUEST.readUInt32LE(MAPPED);
  const extents: Extent[] = [];
  for (let at = HEADER; at < HEADER + mapped * EXTENT; at += EXTENT) {
    extents.push({
      logical: readLong(at),
      physical: readLong(at + 8),
      length: readLong(at + 16),
      flags: REQUEST.readUInt32LE(at + FLAGS),
    });
  }
  return extents;
}

function readLong(at: number): number {
  const value = REQUEST.readUInt32LE(at) + REQUEST.readUInt32LE(at + 4) * 0x1_0000_0000;
  if (!Number.isSafeInteger(value)) {
    throw new DmError('not_supported', 'a file has extents beyond 8 PiB; leave it out');
  }
  return value;
}
