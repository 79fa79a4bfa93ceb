import type { FileType } from '../../../model/inode.js';
import { sysError } from './errno.js';
import { fileTypeOf } from './file-type.js';
import { ioctl } from './ioctl.js';

const BTRFS_IOC_TREE_SEARCH_V2 = 0xc0709411;
const BTRFS_IOC_GET_SUBVOL_INFO = 0x81f8943c;

// struct btrfs_ioctl_get_subvol_info_args: u64 tree, char name[256], u64 parent, u64 dir,
// u64 generation, u64 flags, three uuids, ...
const INFO = Buffer.alloc(504);
const INFO_GENERATION = 280;
const INFO_UUID = 296;
const INFO_PARENT_UUID = 312;
const INFO_MADE_AT = 352;
const UUID_BYTES = 16;

// struct btrfs_ioctl_search_args_v2: the key below, u64 size of what follows, then the items.
const SEARCH = Buffer.alloc(256 * 1024);
const MIN_OBJECT = 8;
const MAX_OBJECT = 16;
const MIN_OFFSET = 24;
const MAX_OFFSET = 32;
const MIN_TRANSACTION = 40;
const MAX_TRANSACTION = 48;
const MIN_TYPE = 56;
const MAX_TYPE = 60;
const ITEM_COUNT = 64;
const BUFFER_SIZE = 104;
const FIRST_ITEM = 112;
// struct btrfs_ioctl_search_header: u64 transaction, u64 object, u64 offset, u32 type, u32 length.
const HEADER_BYTES = 32;
const INODE_ITEM = 1;
// struct btrfs_inode_item: u64 generation, u64 transaction, u64 size, ..., u32 mode, ..., and four
// times of u64 seconds and u32 nanoseconds: of access, change, modification and birth.
const ITEM_TRANSACTION = 8;
const ITEM_SIZE = 16;
const ITEM_MODE = 52;
const ITEM_CTIME = 124;
const ITEM_MTIME = 136;
const ITEM_BTIME = 148;
const ITEM_BYTES = 160;
const NS_PER_SECOND = 1_000_000_000n;
const FIRST_INODE = 256n;
const LAST_INODE = (1n << 64n) - 257n;
const U64_MAX = (1n << 64n) - 1n;
const U32_MAX = 0xffffffff;
const LAST_TYPE = 255;
const TYPE_SHIFT = 12;

/** What a snapshot was made of, and when. */
export interface SnapshotOrigin {
  /** Of the subvolume that was snapshotted; all zeros for what is no snapshot. */
  readonly parentUuid: Buffer;
  /** The transaction that made it: what was changed in the subvolume afterwards has a later one. */
  readonly madeAt: bigint;
}

/**
 * `fd` is anything in the snapshot. Throws ENOTTY where the kernel or
 * the file system does not know.
 */
export function snapshotOrigin(fd: number): SnapshotOrigin {
  readInfo(fd);
  return {
    parentUuid: Buffer.from(INFO.subarray(INFO_PARENT_UUID, INFO_PARENT_UUID + UUID_BYTES)),
    madeAt: INFO.readBigUInt64LE(INFO_MADE_AT),
  };
}

/** A subvolume, and how far its record on disk reaches. */
export interface SubvolumeState {
  /** Number and uuid, in hex; another subvolume that stands at the same path has others. */
  readonly identity: string;
  /** The last transaction that changed it and is on disk: what is changed from now on has a later one. */
  readonly transaction: bigint;
}

/**
 * Of the subvolume that holds `fd`. Throws ENOTTY where the kernel or the file system does not
 * know.
 */
export function subvolumeState(fd: number): SubvolumeState {
  readInfo(fd);
  const uuid = INFO.toString('hex', INFO_UUID, INFO_UUID + UUID_BYTES);
  return {
    identity: `${INFO.readBigUInt64LE(0)}-${uuid}`,
    transaction: INFO.readBigUInt64LE(INFO_GENERATION),
  };
}

function readInfo(fd: number): void {
  INFO.fill(0);
  ioctl(fd, BTRFS_IOC_GET_SUBVOL_INFO, INFO, 'BTRFS_IOC_GET_SUBVOL_INFO');
}

/** An inode as the file system's tree has it. */
export interface ChangedInode {
  readonly ino: bigint;
  readonly type: FileType;
  readonly size: bigint;
  readonly ctimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly btimeNs: bigint;
}

/**
 * Tells every inode of the subvolume that holds `fd` whose record was written after the transaction
 * `since`, in the order of their numbers. The file system skips what is older, so that this takes
 * time for what has changed only. What has not come to the file system's tree yet is not told: a sync brings it there. Needs CAP_SYS_ADMIN.
 */
export function* inodesChangedSince(fd: number, since: bigint): Generator<ChangedInode, void> {
  let from = { object: FIRST_INODE, type: 0, offset: 0n };
  for (;;) {
    SEARCH.fill(0, 0, FIRST_ITEM);
    SEARCH.writeBigUInt64LE(from.object, MIN_OBJECT);
    SEARCH.writeBigUInt64LE(LAST_INODE, MAX_OBJECT);
    SEARCH.writeBigUInt64LE(from.offset, MIN_OFFSET);
    SEARCH.writeBigUInt64LE(U64_MAX, MAX_OFFSET);
    SEARCH.writeBigUInt64LE(since + 1n, MIN_TRANSACTION);
    SEARCH.writeBigUInt64LE(U64_MAX, MAX_TRANSACTION);
    SEARCH.writeUInt32LE(from.type, MIN_TYPE);
    SEARCH.writeUInt32LE(LAST_TYPE, MAX_TYPE);
    SEARCH.writeUInt32LE(U32_MAX, ITEM_COUNT);
    SEARCH.writeBigUInt64LE(BigInt(SEARCH.length - FIRST_ITEM), BUFFER_SIZE);
    ioctl(fd, BTRFS_IOC_TREE_SEARCH_V2, SEARCH, 'BTRFS_IOC_TREE_SEARCH_V2');
    const count = SEARCH.readUInt32LE(ITEM_COUNT);
    if (count === 0) return;
    const found: ChangedInode[] = [];
    let at = FIRST_ITEM;
    for (let item = 0; item < count; item++) {
      const data = at + HEADER_BYTES;
      if (data > SEARCH.length) throw sysError('BTRFS_IOC_TREE_SEARCH_V2', 'EUCLEAN');
      const object = SEARCH.readBigUInt64LE(at + 8);
      const type = SEARCH.readUInt32LE(at + 24);
      const length = SEARCH.readUInt32LE(at + 28);
      if (data + length > SEARCH.length) throw sysError('BTRFS_IOC_TREE_SEARCH_V2', 'EUCLEAN');
      if (type === INODE_ITEM && length >= ITEM_BYTES) {
        if (SEARCH.readBigUInt64LE(data + ITEM_TRANSACTION) > since) {
          found.push(inodeAt(data, object));
        }
      }
      from = { object, type, offset: SEARCH.readBigUInt64LE(at + 16) };
      at = data + length;
    }
    yield* found;
    const next = following(from);
    if (next === null) return;
    from = next;
  }
}

function inodeAt(item: number, ino: bigint): ChangedInode {
  const type = fileTypeOf(SEARCH.readUInt32LE(item + ITEM_MODE) >>> TYPE_SHIFT);
  if (type === null) throw sysError('BTRFS_IOC_TREE_SEARCH_V2', 'EUCLEAN');
  return {
    ino,
    type,
    size: SEARCH.readBigUInt64LE(item + ITEM_SIZE),
    ctimeNs: timeAt(item + ITEM_CTIME),
    mtimeNs: timeAt(item + ITEM_MTIME),
    btimeNs: timeAt(item + ITEM_BTIME),
  };
}

function timeAt(at: number): bigint {
  return SEARCH.readBigInt64LE(at) * NS_PER_SECOND + BigInt(SEARCH.readUInt32LE(at + 8));
}

/** The next key in the order of the file system's tree. */
function following(key: { object: bigint; type: number; offset: bigint }) {
  if (key.offset < U64_MAX) return { ...key, offset: key.offset + 1n };
  if (key.type < LAST_TYPE) return { ...key, type: key.type + 1, offset: 0n };
  return key.object < LAST_INODE ? { object: key.object + 1n, type: 0, offset: 0n } : null;
}
