import type { Gfid } from '../../model/ids.js';
import { BinaryReader } from '../../util/binary.js';
import { corruptRecord, encodeId, readGfid } from './codec.js';

const fail = corruptRecord('by file id');

/** Key of the maps inodes, side, exceptions and bindings: the gfid as u64. */
export function encodeGfidKey(gfid: Gfid): Buffer {
  return encodeId(gfid);
}

export function decodeGfidKey(key: Uint8Array): Gfid {
  const reader = new BinaryReader(key, fail);
  const gfid = readGfid(reader, fail);
  reader.end();
  return gfid;
}
