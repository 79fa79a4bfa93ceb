import type { Gfid } from '../../model/ids.js';
import { BinaryReader } from '../../util/binary.js';
import { corruptRecord, encodeId, readGfid } from './codec.js';

const fail = corruptRecord('inode-index');

/** Key: inode number u64. Value: gfid u64. Never leaves the host. */
export function encodeInoKey(ino: bigint): Buffer {
  return encodeId(ino);
}

export function decodeInoKey(key: Uint8Array): bigint {
  const reader = new BinaryReader(key, fail);
  const ino = reader.u64();
  reader.end();
  return ino;
}

export function encodeInoValue(gfid: Gfid): Buffer {
  return encodeId(gfid);
}

export function decodeInoValue(value: Uint8Array): Gfid {
  const reader = new BinaryReader(value, fail);
  const gfid = readGfid(reader, fail);
  reader.end();
  return gfid;
}
