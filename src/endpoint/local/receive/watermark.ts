import type { Catalog } from '../../../catalog/catalog.js';
import type { MapReader } from '../../../catalog/map-reader.js';
import { decodeBinding } from '../../../catalog/maps/bindings.js';
import { encodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { decodeInoValue, encodeInoKey } from '../../../catalog/maps/inode-index.js';
import type { DatasetId, Gfid } from '../../../model/ids.js';
import { agrees } from '../layout/inode-binding.js';
import type { Watermark } from '../layout/local-tree.js';
import { placeOfInode, subvolumePlace } from '../sys/btrfs.js';
import { type ChangedInode, inodesChangedSince, subvolumeState } from '../sys/btrfs-search.js';
import { isErrno } from '../sys/errno.js';
import { filesystemMagic, MAGIC_BTRFS } from '../sys/filesystem.js';

const SLASH = Buffer.from('/');

/** What the live tree looked like at its head. */
export interface BoundInodes {
  readonly bindings: MapReader;
  readonly inodeIndex: MapReader;
}

/**
 * The watermark of a tree that stands at `head`, to be taken before its inodes are looked at: what is changed afterwards has a later
 * transaction, and so has what is not on disk yet. Null where the file system keeps no record.
 */
export function takeWatermark(baseFd: number, head: DatasetId): Watermark | null {
  if (filesystemMagic(baseFd) !== MAGIC_BTRFS) return null;
  try {
    const { identity, transaction } = subvolumeState(baseFd);
    return { head, subvolume: identity, transaction };
  } catch (error) {
    if (isUntold(error)) return null;
    throw error;
  }
}

/**
 * Whether every inode of the tree that btrfs says was changed since the watermark is as it was bound. An entry that was added, removed
 * or renamed changes its directory. False as well when nobody can tell. Takes time for what has changed, wherever in the subvolume;
 * what is not on disk yet is passed over.
 */
export function isUntouchedSince(
  baseFd: number,
  watermark: Watermark,
  bound: BoundInodes,
  signal: AbortSignal,
): Promise<boolean> {
  const others = { isForeign: () => false, isWhole: async () => true };
  return areAsBound(baseFd, watermark, { bound, ...others }, signal);
}

/**
 * As `isUntouchedSince`, for directories that were bound after the watermark, with whatever somebody had done to them before: none may
 * lack an entry of the catalog, and nothing that was changed since and is not bound may lie in the tree.
 */
export function holdsWhatIsBound(
  baseFd: number,
  watermark: Watermark,
  { bound, catalog }: { readonly bound: BoundInodes; readonly catalog: Catalog },
  signal: AbortSignal,
): Promise<boolean> {
  const isForeign = (inode: ChangedInode): boolean => mayLieBelow(baseFd, inode);
  // btrfs counts each byte of a directory's names twice as its size.
  const isWhole = async (gfid: Gfid, { size }: ChangedInode): Promise<boolean> =>
    size === 2n * (await bytesOfNames(catalog, gfid, signal));
  return areAsBound(baseFd, watermark, { bound, isForeign, isWhole }, signal);
}

async function bytesOfNames(catalog: Catalog, gfid: Gfid, signal: AbortSignal): Promise<bigint> {
  let bytes = 0;
  for await (const entries of catalog.list(gfid, { signal })) {
    for (const { name } of entries) bytes += name.length;
  }
  return BigInt(bytes);
}

interface BoundBy {
  readonly bound: BoundInodes;
  /** Of an inode that is not bound. */
  isForeign(inode: ChangedInode): boolean;
  /** Of a directory that is. */
  isWhole(gfid: Gfid, directory: ChangedInode): Promise<boolean>;
}

async function areAsBound(
  baseFd: number,
  watermark: Watermark,
  by: BoundBy,
  signal: AbortSignal,
): Promise<boolean> {
  const { bindings, inodeIndex } = by.bound;
  try {
    const now = takeWatermark(baseFd, watermark.head);
    if (now?.subvolume !== watermark.subvolume || now.transaction < watermark.transaction) {
      return false;
    }
    for (const inode of inodesChangedSince(baseFd, watermark.transaction)) {
      signal.throwIfAborted();
      const value = await inodeIndex.get(encodeInoKey(inode.ino));
      if (value === null) {
        if (by.isForeign(inode)) return false;
        continue;
      }
      const gfid = decodeInoValue(value);
      const binding = await bindings.get(encodeGfidKey(gfid));
      if (binding === null || !agrees(decodeBinding(binding), inode)) return false;
      if (inode.type === 'dir' && !(await by.isWhole(gfid, inode))) return false;
    }
    return true;
  } catch (error) {
    if (isUntold(error)) return false;
    throw error;
  }
}

/** The path of an inode is that of one of its names. */
function mayLieBelow(baseFd: number, { ino, type, nlink }: ChangedInode): boolean {
  if (type !== 'dir' && nlink > 1) return true;
  const base = subvolumePlace(baseFd).path;
  try {
    const { path } = placeOfInode(baseFd, ino);
    return (
      base.length === 0 || path.subarray(0, base.length + 1).equals(Buffer.concat([base, SLASH]))
    );
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    if (isErrno(error, 'ENAMETOOLONG')) return true;
    throw error;
  }
}

/** By a kernel that cannot, or without the privilege. */
function isUntold(error: unknown): boolean {
  return isErrno(error, 'ENOTTY', 'EOPNOTSUPP', 'ENOSYS', 'EPERM');
}
