import { EXTENT_SHARED, mapExtents } from '../sys/extents.js';
import { MAGIC_BTRFS, MAGIC_XFS, statFilesystem } from '../sys/filesystem.js';
import { statFd } from '../sys/stat.js';

const BLOCK = 512n;

/** Whether files of the file system of `fd` can share extents, and tell which they share. */
export function sharesExtents(fd: number): boolean {
  return [MAGIC_XFS, MAGIC_BTRFS].includes(statFilesystem(fd).magic);
}

/**
 * Bytes of storage that no other file has a part in: what unlinking
 * the last name of `fd` would free.
 */
export function exclusiveBytes(fd: number, shares: boolean): bigint {
  const { size, blocks } = statFd(fd);
  if (!shares) return blocks * BLOCK;
  let bytes = 0n;
  for (const { length, flags } of mapExtents(fd, 0, Number(size))) {
    if ((flags & EXTENT_SHARED) === 0) bytes += BigInt(length);
  }
  return bytes;
}
