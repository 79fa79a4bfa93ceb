import { cloneFile, isCloneRefusal } from './clone.js';
import { writeAt } from './data.js';
import { isErrno, lastError } from './errno.js';
import { bind } from './libc.js';
import { close, openUnnamed } from './open.js';

export const MAGIC_EXT4 = 0xef53;
export const MAGIC_XFS = 0x58465342;
export const MAGIC_BTRFS = 0x9123683e;
export const MAGIC_TMPFS = 0x01021994;
export const MAGIC_BCACHEFS = 0xca451a4e;
export const MAGIC_F2FS = 0xf2f52010;
export const MAGIC_ZFS = 0x2fc12fc1;
export const MAGIC_OVERLAY = 0x794c7630;
export const MAGIC_NFS = 0x6969;
export const MAGIC_FUSE = 0x65735546;
export const MAGIC_SMB2 = 0xfe534d42;

const NAMES: ReadonlyMap<number, string> = new Map([
  [MAGIC_EXT4, 'ext4'],
  [MAGIC_XFS, 'xfs'],
  [MAGIC_BTRFS, 'btrfs'],
  [MAGIC_TMPFS, 'tmpfs'],
  [MAGIC_BCACHEFS, 'bcachefs'],
  [MAGIC_F2FS, 'f2fs'],
  [MAGIC_ZFS, 'zfs'],
  [MAGIC_OVERLAY, 'overlay'],
  [MAGIC_NFS, 'nfs'],
  [MAGIC_FUSE, 'fuse'],
  [MAGIC_SMB2, 'smb'],
]);

/** State of a file system at the moment of the call. */
export interface FilesystemInfo {
  readonly magic: number;
  /** `ext4` (also for ext2 and ext3, which share its magic), `xfs`, ..., or the magic in hex. */
  readonly name: string;
  readonly blockSize: number;
  readonly totalBytes: bigint;
  /** Bytes that an ordinary user may still write; root may have a little more. */
  readonly freeBytes: bigint;
  /** 0 of 0 where the file system makes inodes as needed. */
  readonly totalInodes: bigint;
  readonly freeInodes: bigint;
  readonly readOnly: boolean;
}

const libcFstatfs = bind<(fd: number, into: Buffer) => number>('fstatfs', 'int', [
  'int',
  'pointer',
]);

// struct statfs of 64-bit Linux: all 8 bytes wide, but for the two halves of fsid.
const STATFS = Buffer.alloc(256);
const ST_RDONLY = 1;

/** Type, room and state of the file system that holds `fd` (O_PATH will do). */
export function statFilesystem(fd: number): FilesystemInfo {
  if (libcFstatfs(fd, STATFS) === -1) throw lastError('fstatfs');
  const magic = STATFS.readUInt32LE(0);
  const blockSize = Number(STATFS.readBigUInt64LE(8));
  return {
    magic,
    name: NAMES.get(magic) ?? `0x${magic.toString(16)}`,
    blockSize,
    totalBytes: STATFS.readBigUInt64LE(16) * BigInt(blockSize),
    freeBytes: STATFS.readBigUInt64LE(32) * BigInt(blockSize),
    totalInodes: STATFS.readBigUInt64LE(40),
    freeInodes: STATFS.readBigUInt64LE(48),
    readOnly: (STATFS.readUInt32LE(80) & ST_RDONLY) !== 0,
  };
}

/** Magic number of the file system that holds `fd`. */
export function filesystemMagic(fd: number): number {
  if (libcFstatfs(fd, STATFS) === -1) throw lastError('fstatfs');
  return STATFS.readUInt32LE(0);
}

const PROBE_SIZE = 4096;

/**
 * Whether files below the directory `dirFd` can share extents, tried with two
 * unnamed files. False as well where the file system has no unnamed files (NFS), for
 * nothing is to be left behind by a kill.
 */
export function canClone(dirFd: number): boolean {
  let from = -1;
  let to = -1;
  try {
    from = openUnnamed(dirFd, 0o600);
    to = openUnnamed(dirFd, 0o600);
    writeAt(from, Buffer.alloc(PROBE_SIZE, 1), 0, PROBE_SIZE, 0);
    cloneFile(from, to);
    return true;
  } catch (error) {
    if (isCloneRefusal(error) || isErrno(error, 'EISDIR')) return false;
    throw error;
  } finally {
    if (to !== -1) close(to);
    if (from !== -1) close(from);
  }
}
