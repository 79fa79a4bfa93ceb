import { DmError } from '../../model/error.js';
import type { Gfid } from '../../model/ids.js';
import { BinaryReader, writeU64 } from '../../util/binary.js';
import { corruptRecord, encodeId, readGfid } from './codec.js';

/** Bytes of a file that one leaf digest covers; the last leaf of a file may be shorter. */
export const CONTENT_LEAF_BYTES = 65536;

/** Key: gfid u64, leaf number u32. Value: 32 bytes of BLAKE3, or the single byte 0 for a hole. */
export interface ContentKey {
  readonly gfid: Gfid;
  readonly leaf: number;
}

const HOLE: Uint8Array = Buffer.of(0);
const fail = corruptRecord('content');

export function encodeContentKey(gfid: Gfid, leaf: number): Buffer {
  const key = Buffer.allocUnsafe(12);
  writeU64(key, 0, gfid);
  key.writeUInt32BE(leaf, 8);
  return key;
}

/** Prefix of all leaves of one file. */
export function contentOf(gfid: Gfid): Buffer {
  return encodeId(gfid);
}

export function decodeContentKey(key: Uint8Array): ContentKey {
  const reader = new BinaryReader(key, fail);
  const gfid = readGfid(reader, fail);
  const leaf = reader.u32();
  reader.end();
  return { gfid, leaf };
}

/** `digest`: 32 bytes, or null for a leaf that is a hole throughout. */
export function encodeContentValue(digest: Uint8Array | null): Uint8Array {
  if (digest !== null && digest.length !== 32) {
    throw new DmError('internal', `leaf digest of ${digest.length} bytes`);
  }
  return digest ?? HOLE;
}

export function decodeContentValue(value: Uint8Array): Uint8Array | null {
  if (value.length === 32) return value;
  if (value.length === 1 && value[0] === 0) return null;
  throw fail('it is neither a digest nor a hole');
}
