import { DmError } from '../../model/error.js';
import { type Gfid, parseGfid } from '../../model/ids.js';

/** Where one lane of content goes on: at `offset` of `gfid`, or behind the whole file. */
export interface LanePosition {
  readonly gfid: Gfid;
  /** Multiple of a leaf; null when the file is done with. */
  readonly offset: number | null;
}

const FORMAT = 1;
const BYTES = 18;
const DONE = (1n << 64n) - 1n;

/** u8 format, u8 lanes, u64 gfid, u64 next offset (all ones: the file is done with). */
export function encodeToken(lanes: number, position: LanePosition): Uint8Array<ArrayBuffer> {
  const token = new Uint8Array(BYTES);
  const view = new DataView(token.buffer);
  view.setUint8(0, FORMAT);
  view.setUint8(1, lanes);
  view.setBigUint64(2, position.gfid);
  view.setBigUint64(10, position.offset === null ? DONE : BigInt(position.offset));
  return token;
}

/** Throws `protocol_error` for what `encodeToken` never made for that many lanes. */
export function decodeToken(token: Uint8Array, lanes: number): LanePosition {
  const view = new DataView(token.buffer, token.byteOffset, token.byteLength);
  if (token.length !== BYTES || view.getUint8(0) !== FORMAT) {
    throw new DmError('protocol_error', 'resume token is of another format; start the copy anew');
  }
  if (view.getUint8(1) !== lanes) {
    throw new DmError(
      'protocol_error',
      `resume token is of a stream of ${view.getUint8(1)} lanes, not ${lanes}; start the copy anew`,
    );
  }
  const offset = view.getBigUint64(10);
  if (offset !== DONE && offset > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new DmError('protocol_error', 'resume token is out of range; start the copy anew');
  }
  return {
    gfid: parseGfid(view.getBigUint64(2)),
    offset: offset === DONE ? null : Number(offset),
  };
}
