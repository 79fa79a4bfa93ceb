import type { Gfid } from '../../model/ids.js';
import { FILE_TYPES, type FileType } from '../../model/inode.js';
import { BinaryReader, writeU64 } from '../../util/binary.js';
import { corruptRecord, encodeId, readGfid } from './codec.js';
import { fileTypeOf } from './file-type.js';

/** Key: parent gfid u64, then the name's bytes. Value: gfid u64, type u8. */
export interface EntryKey {
  readonly parent: Gfid;
  readonly name: Uint8Array;
}
export interface EntryValue {
  readonly gfid: Gfid;
  readonly type: FileType;
}

const fail = corruptRecord('entries');

export function encodeEntryKey(parent: Gfid, name: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(8 + name.length);
  writeU64(key, 0, parent);
  key.set(name, 8);
  return key;
}

/** Prefix of every entry of one directory. */
export function entriesOf(parent: Gfid): Buffer {
  return encodeId(parent);
}

export function decodeEntryKey(key: Uint8Array): EntryKey {
  const reader = new BinaryReader(key, fail);
  const parent = readGfid(reader, fail);
  return { parent, name: reader.bytes(reader.remaining) };
}

export function encodeEntryValue(gfid: Gfid, type: FileType): Buffer {
  const value = Buffer.allocUnsafe(9);
  writeU64(value, 0, gfid);
  value[8] = FILE_TYPES[type];
  return value;
}

export function decodeEntryValue(value: Uint8Array): EntryValue {
  const reader = new BinaryReader(value, fail);
  const gfid = readGfid(reader, fail);
  const type = fileTypeOf(reader.u8(), fail);
  reader.end();
  return { gfid, type };
}
