import type { Gfid } from '../../model/ids.js';
import { FILE_TYPES, type FileType, type Inode, type Xattr } from '../../model/inode.js';
import { BinaryReader } from '../../util/binary.js';
import { compareBytes } from '../../util/bytes.js';
import { corruptRecord, freshWriter, readGfid, readTime, writeTime } from './codec.js';
import { fileTypeOf } from './file-type.js';

/*
 * Value of the map inodes: u8 type, u8 bits that say which optional fields follow, u64
 * parent, [u64 version], varint size, time mtime, varints mode uid gid nlink, name, then
 * the other optional fields in the order of the bits. A field equal to its default is left
 * out, so that equal inodes have equal bytes.
 */
const VERSION = 1;
const OWNER_NAMES = 2;
const RDEV = 4;
const BTIME = 8;
const FLAGS = 16;
const SYMLINK = 32;
const XATTRS = 64;

const PARENT_OFFSET = 2;
const VERSION_OFFSET = 10;

const fail = corruptRecord('inodes');

function bitsOf(inode: Inode): number {
  return (
    (inode.version !== 0n ? VERSION : 0) |
    (inode.userName !== '' || inode.groupName !== '' ? OWNER_NAMES : 0) |
    (inode.rdevMajor !== 0 || inode.rdevMinor !== 0 ? RDEV : 0) |
    (inode.btimeNs !== 0n ? BTIME : 0) |
    (inode.flags !== 0 ? FLAGS : 0) |
    (inode.symlinkTarget.length !== 0 ? SYMLINK : 0) |
    (inode.xattrs.length !== 0 ? XATTRS : 0)
  );
}

/** Xattrs may come in any order; they are written sorted by name. */
export function encodeInode(inode: Inode): Buffer {
  const bits = bitsOf(inode);
  const writer = freshWriter();
  writer.u8(FILE_TYPES[inode.type]).u8(bits).u64(inode.parent);
  if (bits & VERSION) writer.u64(inode.version);
  writer.bigVarint(inode.size);
  writeTime(writer, inode.mtimeNs);
  writer.varint(inode.mode).varint(inode.uid).varint(inode.gid).varint(inode.nlink);
  writer.lengthAndBytes(inode.name);
  if (bits & OWNER_NAMES) writer.text(inode.userName).text(inode.groupName);
  if (bits & RDEV) writer.varint(inode.rdevMajor).varint(inode.rdevMinor);
  if (bits & BTIME) writeTime(writer, inode.btimeNs);
  if (bits & FLAGS) writer.varint(inode.flags);
  if (bits & SYMLINK) writer.lengthAndBytes(inode.symlinkTarget);
  if (bits & XATTRS) {
    writer.varint(inode.xattrs.length);
    for (const xattr of [...inode.xattrs].sort((a, b) => compareBytes(a.name, b.name))) {
      writer.lengthAndBytes(xattr.name).lengthAndBytes(xattr.value);
    }
  }
  return writer.take();
}

/** Names, targets and xattrs are views into `value`. */
export function decodeInode(value: Uint8Array): Inode {
  const reader = new BinaryReader(value, fail);
  const type = fileTypeOf(reader.u8(), fail);
  const bits = reader.u8();
  if (bits > 127) throw fail('it has fields this release does not know');
  const inode: Inode = {
    type,
    parent: readGfid(reader, fail),
    version: bits & VERSION ? reader.u64() : 0n,
    size: reader.bigVarint(),
    mtimeNs: readTime(reader),
    mode: reader.varint(),
    uid: reader.varint(),
    gid: reader.varint(),
    nlink: reader.varint(),
    name: reader.lengthAndBytes(),
    userName: bits & OWNER_NAMES ? reader.text() : '',
    groupName: bits & OWNER_NAMES ? reader.text() : '',
    rdevMajor: bits & RDEV ? reader.varint() : 0,
    rdevMinor: bits & RDEV ? reader.varint() : 0,
    btimeNs: bits & BTIME ? readTime(reader) : 0n,
    flags: bits & FLAGS ? reader.varint() : 0,
    symlinkTarget: bits & SYMLINK ? reader.lengthAndBytes() : Buffer.alloc(0),
    xattrs: bits & XATTRS ? readXattrs(reader) : [],
  };
  reader.end();
  return inode;
}

function readXattrs(reader: BinaryReader): Xattr[] {
  const count = reader.varint();
  const xattrs: Xattr[] = [];
  for (let i = 0; i < count; i++) {
    xattrs.push({ name: reader.lengthAndBytes(), value: reader.lengthAndBytes() });
  }
  return xattrs;
}

/** The type of an encoded inode, without decoding the rest. */
export function inodeType(value: Uint8Array): FileType {
  return fileTypeOf(value[0] ?? 0, fail);
}

/** Gfid of the directory that holds the inode's first name. */
export function inodeParent(value: Uint8Array): Gfid {
  return readGfid(new BinaryReader(value, fail, PARENT_OFFSET), fail);
}

/** True when it has file flags, such as +i. */
export function inodeHasFlags(value: Uint8Array): boolean {
  return ((value[1] ?? 0) & FLAGS) !== 0;
}

export function inodeVersion(value: Uint8Array): bigint {
  return hasVersion(value) ? new BinaryReader(value, fail, VERSION_OFFSET).u64() : 0n;
}

export function inodeSize(value: Uint8Array): bigint {
  const offset = hasVersion(value) ? VERSION_OFFSET + 8 : VERSION_OFFSET;
  return new BinaryReader(value, fail, offset).bigVarint();
}

function hasVersion(value: Uint8Array): boolean {
  return ((value[1] ?? 0) & VERSION) !== 0;
}
