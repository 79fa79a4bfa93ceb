import type { Catalog } from '../../../catalog/catalog.js';
import type { MapReader } from '../../../catalog/map-reader.js';
import { decodeBinding } from '../../../catalog/maps/bindings.js';
import { decodeGfidKey, encodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { decodeInoValue, encodeInoKey } from '../../../catalog/maps/inode-index.js';
import { inodeType } from '../../../catalog/maps/inodes.js';
import type { DatasetId, Gfid } from '../../../model/ids.js';
import type { DirectoryFinder } from '../layout/directory-finder.js';
import { agrees } from '../layout/inode-binding.js';
import type { Watermark } from '../layout/local-tree.js';
import { inodesChangedSince, subvolumeState } from '../sys/btrfs-search.js';
import { SysError } from '../sys/errno.js';
import { filesystemMagic, MAGIC_BTRFS } from '../sys/filesystem.js';
import { readDirectory } from '../sys/readdir.js';

/** A larger directory is left to a walk, which needs no memory for its names. */
const MAX_ENTRIES = 50_000;
/** So many inodes of others, beside as many as the tree has, are asked for before a walk is the shorter way. */
const MOST_OF_OTHERS = 100_000;

/** A live tree, and what it looked like when it was bound. */
export interface BoundTree {
  readonly bindings: MapReader;
  readonly inodeIndex: MapReader;
  /** Of the dataset that it is bound as. */
  readonly catalog: Catalog;
  /** Finds them in the live tree. */
  readonly directories: DirectoryFinder;
}

/**
 * The watermark of a tree that stands at `head`, to be taken before its inodes are looked at: what is changed afterwards has a later
 * transaction, and so has what is not on disk yet. Null where the file system keeps no record, or does not tell.
 */
export function takeWatermark(baseFd: number, head: DatasetId): Watermark | null {
  try {
    if (filesystemMagic(baseFd) !== MAGIC_BTRFS) return null;
    const { identity, transaction } = subvolumeState(baseFd);
    return { head, subvolume: identity, transaction };
  } catch (error) {
    if (error instanceof SysError) return null;
    throw error;
  }
}

/**
 * Whether every inode of the tree that btrfs says was changed since the watermark is as it was bound, and every directory among them
 * holds what the dataset has in it and nothing else. False as well when that cannot be told: a walk tells it, or what is
 * wrong. Takes time for what has changed, wherever in the subvolume, and gives up where that is much more than the tree has;
 * what is not on disk yet is passed over.
 */
export async function isUntouchedSince(
  baseFd: number,
  watermark: Watermark,
  tree: BoundTree,
  signal: AbortSignal,
): Promise<boolean> {
  const now = takeWatermark(baseFd, watermark.head);
  if (now?.subvolume !== watermark.subvolume || now.transaction < watermark.transaction) {
    return false;
  }
  const most = MOST_OF_OTHERS + tree.catalog.entries.count;
  return await whereTold(async () => {
    let asked = 0;
    for (const inode of inodesChangedSince(baseFd, watermark.transaction)) {
      signal.throwIfAborted();
      if (++asked > most) return false;
      const value = await tree.inodeIndex.get(encodeInoKey(inode.ino));
      if (value === null) continue;
      const gfid = decodeInoValue(value);
      const binding = await tree.bindings.get(encodeGfidKey(gfid));
      if (binding === null || !agrees(decodeBinding(binding), inode)) return false;
      if (inode.type === 'dir' && !(await holdsWhatIsBound(gfid, tree, signal))) return false;
    }
    return true;
  });
}

/** Whether every directory of the tree holds what the dataset has in it, and nothing else; false when that cannot be told. */
export async function isWhole(tree: BoundTree, signal: AbortSignal): Promise<boolean> {
  return await whereTold(async () => {
    for await (const batch of tree.catalog.inodes.range({}, signal)) {
      for (const { key, value } of batch) {
        if (inodeType(value) !== 'dir') continue;
        if (!(await holdsWhatIsBound(decodeGfidKey(key), tree, signal))) return false;
      }
    }
    return true;
  });
}

/** The same names, each of the inode that is bound. */
async function holdsWhatIsBound(
  gfid: Gfid,
  { directories, catalog, bindings }: BoundTree,
  signal: AbortSignal,
): Promise<boolean> {
  const fd = await directories.find(gfid);
  if (fd === null) return false;
  const there = new Map<string, bigint>();
  for (const batch of readDirectory(fd)) {
    for (const { name, ino } of batch) there.set(name.toString('latin1'), ino);
    if (there.size > MAX_ENTRIES) return false;
  }
  let count = 0;
  for await (const entries of catalog.list(gfid, { signal })) {
    for (const { name, gfid: child } of entries) {
      const ino = there.get(Buffer.from(name).toString('latin1'));
      const binding = ino === undefined ? null : await bindings.get(encodeGfidKey(child));
      if (binding === null || decodeBinding(binding).ino !== ino) return false;
      count++;
    }
  }
  return count === there.size;
}

/** What the system does not tell is not known: an optional answer is no reason to fail. */
async function whereTold(ask: () => Promise<boolean>): Promise<boolean> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof SysError) return false;
    throw error;
  }
}
