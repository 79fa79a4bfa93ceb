import { LEAF_BYTES } from '../../change-payload.js';
import {
  EXTENT_NOT_COMPARABLE,
  EXTENT_UNWRITTEN,
  type Extent,
  mapExtents,
} from '../sys/extents.js';
import { filesystemMagic, MAGIC_BTRFS, MAGIC_XFS } from '../sys/filesystem.js';
import { ioctl } from '../sys/ioctl.js';
import { statFd } from '../sys/stat.js';
import type { VersionFile } from './version-file.js';

/** Bytes [start, end) of a file. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Extents of each file that are held at a time. */
const WINDOW_EXTENTS = 2048;

/**
 * The ranges of `file` from `from` on that may differ from `basis`, ascending: all of
 * it, unless both files share extents on a file system whose extent maps can be
 * trusted. Everything above the basis's size is in.
 */
export function* candidateRanges(
  file: VersionFile,
  basis: VersionFile,
  from: number,
): Generator<Range, void, undefined> {
  const common = Math.min(file.size, basis.size);
  let start = from;
  // A leaf is read as a whole anyway: that is cheaper than any map.
  if (common - start > LEAF_BYTES && comparableMaps(file, basis)) {
    yield* unshared(file.fd, basis.fd, start, common);
    start = common;
  }
  if (start < file.size) yield { start, end: file.size };
}

const FS_IOC_FSGETXATTR = 0x801c581f;
const FSXATTR_BYTES = 28;
const XFLAG_REALTIME = 1;

/** True when an equal physical address in both files' maps means the same block. */
export function comparableMaps({ fd: one }: VersionFile, { fd: other }: VersionFile): boolean {
  const magic = filesystemMagic(one);
  if (filesystemMagic(other) !== magic) return false;
  // Subvolumes have devices of their own; that both are of one btrfs is given by the data root.
  if (magic === MAGIC_BTRFS) return true;
  if (magic !== MAGIC_XFS || statFd(one).dev !== statFd(other).dev) return false;
  // Addresses on the realtime device count from 0 again.
  return !isRealtime(one) && !isRealtime(other);
}

function isRealtime(fd: number): boolean {
  const attributes = Buffer.alloc(FSXATTR_BYTES);
  ioctl(fd, FS_IOC_FSGETXATTR, attributes, 'FS_IOC_FSGETXATTR');
  return (attributes.readUInt32LE(0) & XFLAG_REALTIME) !== 0;
}

/**
 * The parts of [from, to) that are not on the same extents. A block can move
 * while the maps are read, and another file get its old place: only where the
 * basis lay before and after lies the same.
 */
function* unshared(
  fileFd: number,
  basisFd: number,
  from: number,
  to: number,
): Generator<Range, void, undefined> {
  let start = from;
  while (start < to) {
    const before = firstExtents(basisFd, start, to);
    const own = firstExtents(fileFd, start, before.end);
    const after = firstExtents(basisFd, start, own.end);
    yield* differing([own.extents, before.extents, after.extents], start, after.end);
    start = after.end;
  }
}

/** The first extents of [from, to), and how far they tell about the file. */
function firstExtents(fd: number, from: number, to: number): { extents: Extent[]; end: number } {
  const extents: Extent[] = [];
  for (const extent of mapExtents(fd, from, to)) {
    extents.push(extent);
    if (extents.length === WINDOW_EXTENTS) {
      return { extents, end: Math.min(to, extent.logical + extent.length) };
    }
  }
  return { extents, end: to };
}

function* differing(
  maps: readonly (readonly Extent[])[],
  from: number,
  to: number,
): Generator<Range, void, undefined> {
  const walks = maps.map((map) => new ExtentWalk(map));
  let differsFrom: number | null = null;
  for (let at = from; at < to; ) {
    let end = to;
    for (const walk of walks) end = Math.min(end, walk.moveTo(at));
    const place = walks[0]?.placeAt(at) ?? null;
    const equal = place !== null && walks.every((walk) => walk.placeAt(at) === place);
    if (!equal) differsFrom ??= at;
    else if (differsFrom !== null) {
      yield { start: differsFrom, end: at };
      differsFrom = null;
    }
    at = end;
  }
  if (differsFrom !== null) yield { start: differsFrom, end: to };
}

/** Where a hole is: no extent begins there, and all holes read alike. */
const HOLE = -1;

/** Steps through the extents of one file. */
class ExtentWalk {
  readonly #extents: readonly Extent[];
  #index = 0;

  constructor(extents: readonly Extent[]) {
    this.#extents = extents;
  }

  /** Goes to `at`, never backwards; returns where what is there ends. */
  moveTo(at: number): number {
    for (;;) {
      const extent = this.#extents[this.#index];
      if (extent === undefined) return Number.MAX_SAFE_INTEGER;
      if (extent.logical > at) return extent.logical;
      if (extent.logical + extent.length > at) return extent.logical + extent.length;
      this.#index++;
    }
  }

  /** Physical address of `at`, HOLE, or null when it cannot be compared. */
  placeAt(at: number): number | null {
    const extent = this.#extents[this.#index];
    if (extent === undefined || extent.logical > at) return HOLE;
    if ((extent.flags & EXTENT_NOT_COMPARABLE) !== 0) return null;
    if ((extent.flags & EXTENT_UNWRITTEN) !== 0) return HOLE;
    return extent.physical + (at - extent.logical);
  }
}
