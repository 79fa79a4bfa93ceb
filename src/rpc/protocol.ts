import { MAX_PAYLOAD_BYTES } from '../endpoint/change-payload.js';
import { DmError } from '../model/error.js';

/** The range of peer protocols this release speaks. */
export const PROTOCOL_MIN = 1;
export const PROTOCOL_MAX = 2;
/** From this one on payloads may be compressed, and receivers tell how long they wait. */
export const COMPRESSION_SINCE = 2;

/** The largest message either side accepts: one payload, and room for what stands around it. */
export const MAX_MESSAGE_BYTES = MAX_PAYLOAD_BYTES + 1_048_576;
/** Pages of listings are cut at about this size, well below MAX_MESSAGE_BYTES. */
export const PAGE_BYTES = 1_048_576;

export interface ProtocolRange {
  readonly programVersion: string;
  readonly min: number;
  readonly max: number;
}

/**
 * The highest protocol both sides speak; throws `protocol_mismatch`,
 * naming both programs, when there is none.
 */
export function negotiate(ours: ProtocolRange, theirs: ProtocolRange): number {
  const protocol = Math.min(ours.max, theirs.max);
  if (protocol >= Math.max(ours.min, theirs.min)) return protocol;
  const older = ours.max < theirs.max ? 'this agent' : 'the peer';
  throw new DmError(
    'protocol_mismatch',
    `this agent (${ours.programVersion}) speaks protocols ${ours.min} to ${ours.max}, the peer (${theirs.programVersion}) ${theirs.min} to ${theirs.max}; upgrade ${older}`,
    { data: { ours: ours.programVersion, theirs: theirs.programVersion } },
  );
}
