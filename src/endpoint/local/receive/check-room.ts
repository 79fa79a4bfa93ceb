import { DmError } from '../../../model/error.js';
import type { Offer } from '../../target.js';
import type { DataRoot } from '../layout/data-root.js';
import { type FilesystemInfo, statFilesystem } from '../sys/filesystem.js';

/** Fails with `no_space` when the file system of `fd` has less free than is to stay free. */
export function requireFree(fd: number, minFreePercent: number, targetPath: Uint8Array): void {
  refuseFull(statFilesystem(fd), minFreePercent, Buffer.from(targetPath).toString());
}

/**
 * Refuses a first copy that cannot fit: too few inodes, or less free than is to stay free. Bytes are not counted
 * against the dataset's: nobody knows before how many of them are holes.
 */
export function checkRoom(offer: Offer, root: DataRoot, minFreePercent: number): void {
  const filesystem = statFilesystem(root.fd);
  const { totalInodes, freeInodes } = filesystem;
  const path = Buffer.from(offer.targetPath).toString();
  refuseFull(filesystem, minFreePercent, path);
  if (
    totalInodes > 0n &&
    offer.subpaths.length === 0 &&
    freeInodes < BigInt(offer.dataset.entries)
  ) {
    throw new DmError(
      'no_space',
      `the file system of ${path} has ${freeInodes} inodes free, and ${offer.dataset.entries} entries are to come; free inodes`,
      { data: { freeInodes: Number(freeInodes), needed: offer.dataset.entries } },
    );
  }
}

function refuseFull(
  { totalBytes, freeBytes }: FilesystemInfo,
  minFreePercent: number,
  path: string,
): void {
  const keep = (totalBytes * BigInt(minFreePercent)) / 100n;
  if (freeBytes > keep) return;
  throw new DmError(
    'no_space',
    `the file system of ${path} has ${freeBytes} bytes free, of which ${keep} are to stay free (--min-free); free space, or give up what was received with dm targets release`,
    { data: { free: Number(freeBytes), keep: Number(keep) } },
  );
}
