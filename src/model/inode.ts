import type { Gfid } from './ids.js';

/** Types a directory entry can have; the numbers are their codes on the wire and in pages. */
export const FILE_TYPES = {
  file: 1,
  dir: 2,
  symlink: 3,
  fifo: 4,
  socket: 5,
  char: 6,
  block: 7,
} as const;
export type FileType = keyof typeof FILE_TYPES;

export interface Xattr {
  readonly name: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * All that a dataset keeps of one inode, apart from its content. Nothing here depends on the host
 * that holds the copy: it is part of the root digest and the same everywhere.
 */
export interface Inode {
  readonly type: FileType;
  /** Permission bits, setuid, setgid and sticky: 12 bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Names of owner and group at the origin; empty when the origin had none for the number. */
  readonly userName: string;
  readonly groupName: string;
  /** Device numbers of char and block devices, else 0. */
  readonly rdevMajor: number;
  readonly rdevMinor: number;
  /** Bytes of a regular file; 0 for everything else. */
  readonly size: bigint;
  /** Nanoseconds since 1970, may be negative. */
  readonly mtimeNs: bigint;
  /** Birth time at the origin in nanoseconds, 0 where its file system keeps none. */
  readonly btimeNs: bigint;
  /** Portable FS_IOC_GETFLAGS bits (append, immutable, nodump, noatime, nocow, ...). */
  readonly flags: number;
  /** Sorted by name bytes; POSIX ACLs, capabilities and security labels are among them. */
  readonly xattrs: readonly Xattr[];
  /** Bytes of a symlink's target, empty for everything else. */
  readonly symlinkTarget: Uint8Array;
  /**
   * Names the content: the first 64 bits of the id of the dataset that captured it. Two inodes with
   * equal gfid and version hold the same bytes. 0 for everything but regular files.
   */
  readonly version: bigint;
  /**
   * First name of the inode; further names of a hard link are in the
   * links map. The root's is (1, "").
   */
  readonly parent: Gfid;
  readonly name: Uint8Array;
  /** Number of names in this dataset. */
  readonly nlink: number;
}

/** What differs from host to host and is recorded outside the root digest. */
export interface SideTimes {
  readonly atimeNs: bigint;
  readonly ctimeNs: bigint;
}
