import type { Gfid } from '../../model/ids.js';
import { malformed } from './malformed-stream.js';

/** Neighbours in a directory have neighbouring gfids: this many stay in one lane, for locality. */
const RUN_BITS = 6;
/** What the upper half of (gfid >> RUN_BITS) counts for. */
const UPPER = 2 ** (32 - RUN_BITS);

/** Lane of the file whose gfid is the first 8 bytes of `key`: (gfid >> 6) % lanes. */
export function laneOf(key: Uint8Array, lanes: number): number {
  const view = new DataView(key.buffer, key.byteOffset, 8);
  const upper = (view.getUint32(0) % lanes) * (UPPER % lanes);
  return (upper + (view.getUint32(4) >>> RUN_BITS)) % lanes;
}

/** Throws `protocol_error` when the file belongs to another lane. */
export function requireLane(gfid: Gfid, { lane, lanes }: { lane: number; lanes: number }): void {
  const key = Buffer.alloc(8);
  key.writeBigUInt64BE(gfid);
  if (laneOf(key, lanes) !== lane) throw malformed(`file ${gfid} is in the wrong lane`);
}
