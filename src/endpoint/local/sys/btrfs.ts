import { checkName } from '../../../model/entry-name.js';
import { sysError } from './errno.js';
import { filesystemMagic, MAGIC_BTRFS } from './filesystem.js';
import { ioctl } from './ioctl.js';
import { close, openParent, openSelf } from './open.js';
import { StatView } from './stat.js';

const SUBVOLUME_ROOT_INO = 256n;
const BTRFS_IOC_SNAP_DESTROY = 0x5000940f;
const BTRFS_IOC_INO_LOOKUP = 0xd0009412;
const BTRFS_IOC_SNAP_CREATE_V2 = 0x50009417;
const BTRFS_IOC_SUBVOL_CREATE_V2 = 0x50009418;
const BTRFS_SUBVOL_RDONLY = 2n;

// struct btrfs_ioctl_vol_args_v2: s64 fd, u64 transid, u64 flags, 32
// bytes for quotas, char name[4040].
const ARGUMENTS = Buffer.alloc(4096);
const V2_FLAGS = 16;
const V2_NAME = 56;
// struct btrfs_ioctl_vol_args: s64 fd, char name[4088].
const V1_NAME = 8;
// struct btrfs_ioctl_ino_lookup_args: u64 tree, u64 inode, char name[4080].
const LOOKUP_NAME = 16;

const VIEW = new StatView();

/**
 * True when the directory `fd` is the root of a btrfs subvolume or
 * snapshot (the top level included).
 */
export function isSubvolumeRoot(fd: number): boolean {
  const view = VIEW.statFd(fd);
  if (view.ino !== SUBVOLUME_ROOT_INO || view.type !== 'dir') return false;
  return filesystemMagic(fd) === MAGIC_BTRFS;
}

/** Where a directory lies in its subvolume. */
export interface SubvolumePlace {
  readonly subvolumeId: bigint;
  /** Path of the directory below the subvolume's root; empty for the root itself. */
  readonly path: Buffer;
}

/** Which subvolume holds the btrfs directory `fd`, and where. Needs CAP_SYS_ADMIN. */
export function subvolumePlace(fd: number): SubvolumePlace {
  return placeOfInode(fd, VIEW.statFd(fd).ino);
}

/**
 * As `subvolumePlace`, of the directory with the number `ino` in the subvolume that holds `fd`.
 * Throws ENOENT when there is none, and ENAMETOOLONG for paths beyond 4,079 bytes.
 */
export function placeOfInode(fd: number, ino: bigint): SubvolumePlace {
  ARGUMENTS.fill(0);
  ARGUMENTS.writeBigUInt64LE(ino, 8);
  ioctl(fd, BTRFS_IOC_INO_LOOKUP, ARGUMENTS, 'BTRFS_IOC_INO_LOOKUP');
  const end = ARGUMENTS.indexOf(0, LOOKUP_NAME);
  const path = Buffer.from(ARGUMENTS.subarray(LOOKUP_NAME, end));
  return {
    subvolumeId: ARGUMENTS.readBigUInt64LE(0),
    path: path.at(-1) === 0x2f ? path.subarray(0, -1) : path,
  };
}

/**
 * Opens the root directory of the subvolume that contains the directory `fd`,
 * walking up from it; to be closed by the caller. Null when `fd` is not on btrfs, or
 * the root is not reachable through this mount.
 */
export function openSubvolumeRoot(fd: number): number | null {
  if (filesystemMagic(fd) !== MAGIC_BTRFS) return null;
  const dev = VIEW.statFd(fd).dev;
  let at = openSelf(fd);
  try {
    while (!isSubvolumeRoot(at)) {
      const ino = VIEW.statFd(at).ino;
      const parent = openParent(at);
      close(at);
      at = parent;
      const view = VIEW.statFd(at);
      // A subvolume has a device number of its own: another one means
      // that the mount begins inside it.
      if (view.dev !== dev || view.ino === ino) {
        close(at);
        return null;
      }
    }
    return at;
  } catch (error) {
    close(at);
    throw error;
  }
}

function prepare(fd: number, flags: bigint, nameAt: number, name: Uint8Array): Buffer {
  checkName(name);
  ARGUMENTS.fill(0);
  ARGUMENTS.writeBigInt64LE(BigInt(fd), 0);
  if (flags !== 0n) ARGUMENTS.writeBigUInt64LE(flags, V2_FLAGS);
  ARGUMENTS.set(name, nameAt);
  return ARGUMENTS;
}

/**
 * Makes a read-only snapshot of the subvolume `subvolumeFd` as the new directory `name` of `dirFd`:
 * atomic, and without the subvolumes nested in it. Durable after a sync.
 */
export function createSnapshot(subvolumeFd: number, dirFd: number, name: Uint8Array): void {
  if (!isSubvolumeRoot(subvolumeFd)) throw sysError('BTRFS_IOC_SNAP_CREATE_V2', 'EINVAL');
  const argument = prepare(subvolumeFd, BTRFS_SUBVOL_RDONLY, V2_NAME, name);
  ioctl(dirFd, BTRFS_IOC_SNAP_CREATE_V2, argument, 'BTRFS_IOC_SNAP_CREATE_V2');
}

/** Makes an empty, writable subvolume as the new directory `name` of `dirFd`. */
export function createSubvolume(dirFd: number, name: Uint8Array): void {
  const argument = prepare(0, 0n, V2_NAME, name);
  ioctl(dirFd, BTRFS_IOC_SUBVOL_CREATE_V2, argument, 'BTRFS_IOC_SUBVOL_CREATE_V2');
}

/**
 * Deletes the subvolume or snapshot `name` of `dirFd` with all it holds;
 * ENOTEMPTY when others are nested in it.
 */
export function deleteSubvolume(dirFd: number, name: Uint8Array): void {
  const argument = prepare(0, 0n, V1_NAME, name);
  ioctl(dirFd, BTRFS_IOC_SNAP_DESTROY, argument, 'BTRFS_IOC_SNAP_DESTROY');
}
