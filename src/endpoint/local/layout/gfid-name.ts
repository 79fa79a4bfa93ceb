import type { Gfid } from '../../../model/ids.js';
import { hex16 } from '../../../util/hex16.js';

/** Name of something that lies in staging by its file id: 16 lower-case hex digits. */
export function gfidName(gfid: Gfid): Buffer {
  return Buffer.from(hex16(gfid), 'latin1');
}

/** The gfid of such a name, or null for another name. */
export function parseGfidName(name: Uint8Array): Gfid | null {
  const text = Buffer.from(name).toString('latin1');
  return /^[0-9a-f]{16}$/.test(text) ? (BigInt(`0x${text}`) as Gfid) : null;
}
