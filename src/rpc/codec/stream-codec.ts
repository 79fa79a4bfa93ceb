import { MAX_PAYLOAD_BYTES } from '../../endpoint/change-payload.js';
import type {
  Ack,
  ChangeBatch,
  ChangePhase,
  EntryFailure,
  ResumePoint,
} from '../../endpoint/change-stream.js';
import { parseGfid } from '../../model/ids.js';
import type { Ack__Output, Ack as AckMessage } from '../generated/peer/datamover/v1/Ack.js';
import type { Batch, Batch__Output } from '../generated/peer/datamover/v1/Batch.js';
import type { Failure, Failure__Output } from '../generated/peer/datamover/v1/Failure.js';
import type {
  ResumePoint as ResumeMessage,
  ResumePoint__Output,
} from '../generated/peer/datamover/v1/ResumePoint.js';
import { relativePath } from './wire-path.js';
import { checked, listOf, malformed, text, toNumber } from './wire-value.js';

export const MAX_LANES = 16;
const MAX_TOKEN_BYTES = 4_096;
const MAX_ITEMS = 200_000;
const MAX_MESSAGE = 4_096;

const PHASES = {
  structure: 'PHASE_STRUCTURE',
  content: 'PHASE_CONTENT',
  end: 'PHASE_END',
} as const satisfies Record<ChangePhase, string>;

/** The payload is not copied here. */
export function batchToWire(batch: ChangeBatch): Batch {
  return {
    phase: PHASES[batch.phase],
    lane: batch.lane,
    token: batch.token,
    payload: batch.payload,
    files: batch.files,
    bytes: batch.bytes,
    changed_bytes: batch.changedBytes,
    read_bytes: batch.readBytes,
    raw_bytes: batch.rawBytes ?? 0,
  };
}

/** The payload is a view into the received message. `compressed`: it may be. */
export function batchFromWire(message: Batch__Output, compressed: boolean): ChangeBatch {
  const { raw_bytes: rawBytes } = message;
  if (message.payload.length > MAX_PAYLOAD_BYTES) throw malformed('a payload is too large');
  if (rawBytes > MAX_PAYLOAD_BYTES) throw malformed('a compressed payload is too large');
  if (rawBytes > 0 && !compressed) throw malformed('a payload is compressed unasked');
  if (message.lane >= MAX_LANES) throw malformed('a lane is out of range');
  return {
    phase: phaseFromWire(message),
    lane: message.lane,
    token: tokenFromWire(message.token),
    payload: message.payload,
    ...(rawBytes > 0 && { rawBytes }),
    files: message.files,
    bytes: toNumber(message.bytes, 'number of bytes'),
    changedBytes: toNumber(message.changed_bytes, 'number of bytes'),
    readBytes: toNumber(message.read_bytes, 'number of bytes'),
  };
}

export function resumeToWire(resume: ResumePoint | null): ResumeMessage | null {
  return (
    resume && {
      lanes: resume.lanes,
      structure_done: resume.structureDone,
      tokens: resume.tokens.map((token) => token ?? Buffer.alloc(0)),
    }
  );
}

export function resumeFromWire(message: ResumePoint__Output | null): ResumePoint | null {
  if (message === null) return null;
  const lanes = lanesFromWire(message.lanes);
  if (message.tokens.length !== lanes) throw malformed('not one token for each lane');
  return {
    lanes,
    structureDone: message.structure_done,
    tokens: message.tokens.map((token) => (token.length === 0 ? null : tokenFromWire(token))),
  };
}

export function lanesFromWire(lanes: number): number {
  if (lanes < 1 || lanes > MAX_LANES) throw malformed(`lanes must be 1 to ${MAX_LANES}`);
  return lanes;
}

export function ackToWire(ack: Ack, waitedMs: number): AckMessage {
  return {
    lane: ack.lane,
    applied: ack.applied,
    ...(ack.durable && { durable: ack.durable }),
    needs: ack.needs.map(String),
    failures: ack.failures.map(failureToWire),
    waited_ms: waitedMs,
  };
}

export function ackFromWire(message: Ack__Output): Ack {
  if (message.lane >= MAX_LANES) throw malformed('a lane is out of range');
  return {
    lane: message.lane,
    applied: tokenFromWire(message.applied),
    ...(message.durable.length > 0 && { durable: tokenFromWire(message.durable) }),
    needs: listOf(message.needs, MAX_ITEMS, 'files').map((gfid) =>
      checked(BigInt(gfid), parseGfid),
    ),
    failures: failuresFromWire(message.failures),
  };
}

export function failureToWire(failure: EntryFailure): Failure {
  return {
    gfid: failure.gfid.toString(),
    path: failure.path,
    code: failure.code,
    message: failure.message,
  };
}

export function failuresFromWire(messages: readonly Failure__Output[]): readonly EntryFailure[] {
  return listOf(messages, MAX_ITEMS, 'failures').map((failure) => ({
    gfid: checked(BigInt(failure.gfid), parseGfid),
    path: relativePath(failure.path, 'path of a failure'),
    code: text(failure.code, MAX_MESSAGE, 'failure code'),
    message: text(failure.message, MAX_MESSAGE, 'failure message'),
  }));
}

function phaseFromWire(message: Batch__Output): ChangePhase {
  for (const phase of ['structure', 'content', 'end'] as const) {
    if (PHASES[phase] === message.phase) return phase;
  }
  throw malformed('the phase of a batch is unknown');
}

function tokenFromWire(token: Buffer): Buffer {
  if (token.length > MAX_TOKEN_BYTES) throw malformed('a token is too long');
  return token;
}
