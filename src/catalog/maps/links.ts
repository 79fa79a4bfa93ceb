import type { Gfid } from '../../model/ids.js';
import { BinaryReader, writeU64 } from '../../util/binary.js';
import { corruptRecord, encodeId, readGfid } from './codec.js';

/**
 * Key: gfid u64, parent gfid u64, the name's bytes. Value: empty. One
 * for each further name of a hard link.
 */
export interface LinkKey {
  readonly gfid: Gfid;
  readonly parent: Gfid;
  readonly name: Uint8Array;
}

export const LINK_VALUE: Uint8Array = Buffer.alloc(0);

const fail = corruptRecord('links');

export function encodeLinkKey(gfid: Gfid, parent: Gfid, name: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(16 + name.length);
  writeU64(key, 0, gfid);
  writeU64(key, 8, parent);
  key.set(name, 16);
  return key;
}

/** Prefix of all further names of one inode. */
export function linksOf(gfid: Gfid): Buffer {
  return encodeId(gfid);
}

export function decodeLinkKey(key: Uint8Array): LinkKey {
  const reader = new BinaryReader(key, fail);
  const gfid = readGfid(reader, fail);
  const parent = readGfid(reader, fail);
  return { gfid, parent, name: reader.bytes(reader.remaining) };
}
