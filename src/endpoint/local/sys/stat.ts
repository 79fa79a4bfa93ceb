import type { FileType } from '../../../model/inode.js';
import { readU32 } from '../../../util/binary.js';
import { isErrno, lastError, lastErrorIsAbsence, sysError } from './errno.js';
import { fileTypeOf } from './file-type.js';
import { ioctl } from './ioctl.js';
import { AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, bind } from './libc.js';
import { nameArgument } from './names.js';

/**
 * All that the kernel says about one inode. Times are nanoseconds since 1970, possibly negative.
 */
export interface FileStat {
  /** Device of the file system, composed as stat(2) does; on btrfs each subvolume has its own. */
  readonly dev: number;
  readonly devMajor: number;
  readonly devMinor: number;
  readonly ino: bigint;
  readonly type: FileType;
  /** Type and permission bits. */
  readonly mode: number;
  /** Permission bits, setuid, setgid and sticky: 12 bits. */
  readonly permissions: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdevMajor: number;
  readonly rdevMinor: number;
  readonly size: bigint;
  /** Allocated units of 512 bytes. */
  readonly blocks: bigint;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** 0 where the file system keeps no birth time. */
  readonly btimeNs: bigint;
  /** Null before kernel 5.8. */
  readonly mountId: bigint | null;
}

const libcStatx = bind<
  (dirFd: number, path: Buffer, flags: number, mask: number, into: Uint8Array) => number
>('statx', 'int', ['int', 'pointer', 'int', 'uint32_t', 'pointer']);

const STATX_BTIME = 0x0800;
const STATX_MNT_ID = 0x1000;
const MASK = 0x07ff | STATX_BTIME | STATX_MNT_ID;
const SIZE = 256;
const EMPTY = Buffer.alloc(1);
const BILLION = 1_000_000_000n;
/** Of struct statx_timestamp in struct statx. */
const TIME_OFFSETS = { atime: 64, btime: 80, ctime: 96, mtime: 112 } as const;

/**
 * A `FileStat` to be filled again and again: the fields are decoded when they are
 * read, so that a caller who needs three of them pays for three. It shows the last
 * `statAt` or `statFd` that it was given to.
 */
export class StatView implements FileStat {
  // struct statx of linux/stat.h, in the byte order of the machine.
  readonly #bytes = new Uint8Array(SIZE);
  readonly #u16 = new Uint16Array(this.#bytes.buffer);
  readonly #u32 = new Uint32Array(this.#bytes.buffer);
  readonly #u64 = new BigUint64Array(this.#bytes.buffer);
  readonly #s64 = new BigInt64Array(this.#bytes.buffer);

  /** Asks about the entry `name` of `dirFd`; a symlink is not followed. */
  statAt(dirFd: number, name: Uint8Array): this {
    return this.#fill(dirFd, nameArgument(name), AT_SYMLINK_NOFOLLOW);
  }

  /** As `statAt`; false, and the view undefined, when there is no entry of this name. */
  findAt(dirFd: number, name: Uint8Array): boolean {
    const path = nameArgument(name);
    if (libcStatx(dirFd, path, AT_SYMLINK_NOFOLLOW, MASK, this.#bytes) === 0) return true;
    if (lastErrorIsAbsence()) return false;
    throw lastError('statx');
  }

  /** Asks about what `fd` holds, O_PATH included. */
  statFd(fd: number): this {
    return this.#fill(fd, EMPTY, AT_EMPTY_PATH);
  }

  #fill(fd: number, path: Buffer, flags: number): this {
    if (libcStatx(fd, path, flags, MASK, this.#bytes) === -1) throw lastError('statx');
    return this;
  }

  #number(index: number): number {
    return this.#u32[index] ?? 0;
  }

  #long(index: number): bigint {
    return this.#u64[index] ?? 0n;
  }

  #time(offset: number): bigint {
    return (this.#s64[offset / 8] ?? 0n) * BILLION + BigInt(this.#number(offset / 4 + 2));
  }

  /** Both are in the same mount, as far as the kernel tells. */
  sameMount(other: StatView): boolean {
    const told = this.#number(0) & other.#number(0) & STATX_MNT_ID;
    return told === 0 || (this.#u32[36] === other.#u32[36] && this.#u32[37] === other.#u32[37]);
  }

  /** The 64-bit number at `at` of `bytes`, big-endian, is the one of `field`. */
  equalsU64(field: 'ino' | 'size', bytes: Uint8Array, at: number): boolean {
    const index = field === 'ino' ? 8 : 10;
    return (
      readU32(bytes, at) === this.#u32[index + 1] && readU32(bytes, at + 4) === this.#u32[index]
    );
  }

  /**
   * The nanoseconds at `at` of `bytes`, an i64 big-endian, are those of `field`.
   * Numbers do for seconds of 32 bits: all terms are exact, being multiples of 2^9
   * below 2^62. Times further away count as different.
   */
  equalsTime(field: 'btime' | 'mtime' | 'ctime', bytes: Uint8Array, at: number): boolean {
    const offset = TIME_OFFSETS[field] / 4;
    const low = this.#number(offset);
    const high = this.#number(offset + 1) | 0;
    if (high !== 0 && high !== -1) return false;
    const seconds = high * 2 ** 32 + low;
    const nsHigh = (readU32(bytes, at) | 0) * 2 ** 32;
    return nsHigh - seconds * 1e9 + readU32(bytes, at + 4) === this.#number(offset + 2);
  }

  get hasBirthTime(): boolean {
    return (this.#number(0) & STATX_BTIME) !== 0;
  }
  get isDirectory(): boolean {
    return (this.mode & 0o170000) === 0o040000;
  }
  get isFile(): boolean {
    return (this.mode & 0o170000) === 0o100000;
  }
  get dev(): number {
    return composeDevice(this.devMajor, this.devMinor);
  }
  get devMajor(): number {
    return this.#number(34);
  }
  get devMinor(): number {
    return this.#number(35);
  }
  get ino(): bigint {
    return this.#long(4);
  }
  get type(): FileType {
    const type = fileTypeOf(this.mode >> 12);
    if (type === null) throw sysError('statx', 'EUCLEAN');
    return type;
  }
  get mode(): number {
    return this.#u16[14] ?? 0;
  }
  get permissions(): number {
    return this.mode & 0o7777;
  }
  get nlink(): number {
    return this.#number(4);
  }
  get uid(): number {
    return this.#number(5);
  }
  get gid(): number {
    return this.#number(6);
  }
  get rdevMajor(): number {
    return this.#number(32);
  }
  get rdevMinor(): number {
    return this.#number(33);
  }
  get size(): bigint {
    return this.#long(5);
  }
  get blocks(): bigint {
    return this.#long(6);
  }
  get atimeNs(): bigint {
    return this.#time(TIME_OFFSETS.atime);
  }
  get btimeNs(): bigint {
    return this.hasBirthTime ? this.#time(TIME_OFFSETS.btime) : 0n;
  }
  get ctimeNs(): bigint {
    return this.#time(TIME_OFFSETS.ctime);
  }
  get mtimeNs(): bigint {
    return this.#time(TIME_OFFSETS.mtime);
  }
  get mountId(): bigint | null {
    return (this.#number(0) & STATX_MNT_ID) === 0 ? null : this.#long(18);
  }
}

const VIEW = new StatView();

/** The entry `name` of `dirFd`; a symlink is not followed. */
export function statAt(dirFd: number, name: Uint8Array): FileStat {
  return copyOf(VIEW.statAt(dirFd, name));
}

/** What `fd` holds, O_PATH included. */
export function statFd(fd: number): FileStat {
  return copyOf(VIEW.statFd(fd));
}

/** What a view shows now, to be kept. */
export function copyOf(view: FileStat): FileStat {
  return {
    dev: view.dev,
    devMajor: view.devMajor,
    devMinor: view.devMinor,
    ino: view.ino,
    type: view.type,
    mode: view.mode,
    permissions: view.permissions,
    nlink: view.nlink,
    uid: view.uid,
    gid: view.gid,
    rdevMajor: view.rdevMajor,
    rdevMinor: view.rdevMinor,
    size: view.size,
    blocks: view.blocks,
    atimeNs: view.atimeNs,
    mtimeNs: view.mtimeNs,
    ctimeNs: view.ctimeNs,
    btimeNs: view.btimeNs,
    mountId: view.mountId,
  };
}

/** Major and minor number in one, as the kernel and mknod have it (12 and 20 bits). */
export function composeDevice(major: number, minor: number): number {
  return (((minor & 0xfff00) << 12) | ((major & 0xfff) << 8) | (minor & 0xff)) >>> 0;
}

const FS_IOC_GETVERSION = 0x80087601;
const GENERATION = Buffer.alloc(8);

/**
 * The generation that tells two inodes of one number apart, 0 where the file system has none. `fd`
 * must hold a regular file or a directory that is open for reading.
 */
export function inodeGeneration(fd: number): number {
  GENERATION.fill(0);
  try {
    ioctl(fd, FS_IOC_GETVERSION, GENERATION, 'FS_IOC_GETVERSION');
  } catch (error) {
    if (isErrno(error, 'ENOTTY', 'EOPNOTSUPP', 'EINVAL', 'ENOSYS')) return 0;
    throw error;
  }
  return GENERATION.readUInt32LE(0);
}
