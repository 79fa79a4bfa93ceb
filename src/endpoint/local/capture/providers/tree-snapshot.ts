import { DmError } from '../../../../model/error.js';
import type { DatasetId } from '../../../../model/ids.js';
import type { TreeDirectory } from '../../layout/tree-directory.js';
import {
  createSnapshot,
  deleteSubvolume,
  openSubvolumeRoot,
  subvolumePlace,
} from '../../sys/btrfs.js';
import { isErrno } from '../../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openBeneath } from '../../sys/open.js';

/** The snapshot of one dataset, with the tree's base inside it open. */
export interface TreeSnapshot {
  readonly baseFd: number;
  /** Path of the base below the snapshot. */
  readonly base: Buffer;
}

/** Snapshots the subvolume that holds `liveFd`. The caller closes `baseFd`. */
export function takeSnapshot(
  liveFd: number,
  privateFd: number,
  directory: TreeDirectory,
  id: DatasetId,
): TreeSnapshot {
  const subvolume = openSubvolumeRoot(liveFd);
  if (subvolume === null) {
    throw new DmError('not_supported', 'the base path is no longer in a btrfs subvolume');
  }
  const snapshots = openBeneath(privateFd, snapshotsPath(directory), O_RDONLY | O_DIRECTORY);
  try {
    const base = subvolumePlace(liveFd).path;
    const name = Buffer.from(id);
    createSnapshot(subvolume, snapshots, name);
    const path = base.length === 0 ? name : Buffer.concat([name, Buffer.from('/'), base]);
    return { baseFd: openBeneath(snapshots, path, O_RDONLY | O_DIRECTORY), base };
  } finally {
    close(snapshots);
    close(subvolume);
  }
}

/** Opens the top of a dataset's snapshot; null when there is none. The caller closes it. */
export function openSnapshot(
  privateFd: number,
  directory: TreeDirectory,
  id: DatasetId,
): number | null {
  const path = Buffer.concat([snapshotsPath(directory), Buffer.from(`/${id}`)]);
  try {
    return openBeneath(privateFd, path, O_RDONLY | O_DIRECTORY);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Deletes a dataset's snapshot; false when there is none. */
export function removeSnapshot(
  privateFd: number,
  directory: TreeDirectory,
  id: DatasetId,
): boolean {
  const snapshots = openBeneath(privateFd, snapshotsPath(directory), O_RDONLY | O_DIRECTORY);
  try {
    deleteSubvolume(snapshots, Buffer.from(id));
    return true;
  } catch (error) {
    // Not there, or never on btrfs.
    if (isErrno(error, 'ENOENT', 'ENOTTY')) return false;
    throw error;
  } finally {
    close(snapshots);
  }
}

function snapshotsPath(directory: TreeDirectory): Buffer {
  return Buffer.from(`trees/${directory.id}/snapshots`);
}
