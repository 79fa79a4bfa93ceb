import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { DmError, type ErrorData } from '../model/error.js';
import { ERROR_CODES, type ErrorCode, isErrorCode } from '../model/error-codes.js';
import { errorDetailType } from './proto.js';

const TRAILER = 'dm-error-bin';
/** What fits into the trailers of a call together with everything else there. */
const MAX_TEXT = 2_000;
const MAX_DATA = 4_000;

/** Which service failed: decides what an answer that never came is called. */
export type Remote = 'peer' | 'agent';

const UNREACHABLE = {
  peer: 'peer_unreachable',
  agent: 'agent_unreachable',
} as const satisfies Record<Remote, ErrorCode>;

/**
 * The gRPC status that carries an error: its code by the table of error codes, code,
 * message and data in the trailer. Anything that is not ours becomes `internal` and tells
 * nothing about the inside of the program.
 */
export function statusFromError(error: unknown): StatusObject {
  const { code, message, data } = toWireError(error);
  const text = message.slice(0, MAX_TEXT);
  const json = JSON.stringify(data);
  const metadata = new Metadata();
  const detail = { code, message: text, data_json: json.length > MAX_DATA ? '{}' : json };
  metadata.set(TRAILER, errorDetailType().serialize(detail));
  return { code: ERROR_CODES[code].status, details: text, metadata };
}

/**
 * The error of a failed call. An error the other side sent comes back with its code, message and
 * data; one of the transport becomes `unreachable`, or what the status says about the request.
 * Not for calls that the caller itself cancelled.
 */
export function errorFromStatus(failed: StatusObject, remote: Remote, name: string): DmError {
  return sentError(failed) ?? transportError(failed, remote, name);
}

/** The error that the other side sent with the status; null when it sent none that can be read. */
export function sentError(failed: StatusObject): DmError | null {
  const [trailer] = failed.metadata?.get(TRAILER) ?? [];
  if (!Buffer.isBuffer(trailer)) return null;
  try {
    const detail = errorDetailType().deserialize(trailer);
    const message = printable(detail.message.slice(0, MAX_TEXT));
    const data = parseData(detail.data_json);
    if (isErrorCode(detail.code)) return new DmError(detail.code, message, { data });
    const unknown = `${printable(detail.code.slice(0, 80))}: ${message}`;
    return new DmError('internal', unknown, { data });
  } catch (cause) {
    return new DmError('protocol_error', `the error of a failed call cannot be read`, { cause });
  }
}

function toWireError(error: unknown): Pick<DmError, 'code' | 'message' | 'data'> {
  if (error instanceof DmError) return error;
  if (error instanceof Error && error.name === 'AbortError') {
    return { code: 'cancelled', message: 'stopped on request', data: {} };
  }
  const message = 'unexpected failure in the serving agent; look at its log';
  return { code: 'internal', message, data: {} };
}

function transportError(failed: StatusObject, remote: Remote, name: string): DmError {
  const what = printable(plainDetails(failed.details)).slice(0, MAX_TEXT);
  switch (failed.code) {
    case status.DEADLINE_EXCEEDED:
      return new DmError(
        UNREACHABLE[remote],
        `${name} did not answer in time; see that it is not overloaded`,
      );
    case status.RESOURCE_EXHAUSTED:
      return /larger than/.test(what)
        ? new DmError('protocol_error', `${name}: ${what}`)
        : new DmError('peer_busy', `${name} is busy: ${what}`);
    case status.UNIMPLEMENTED:
      return new DmError(
        'protocol_mismatch',
        `${name} does not know this call: ${what}; upgrade it`,
      );
    case status.UNKNOWN:
      return new DmError('internal', `${name}: ${what}`);
    case status.INTERNAL:
      if (!what.includes('RST_STREAM')) return new DmError('internal', `${name}: ${what}`);
  }
  // CANCELLED, too: a caller that cancels does not ask what it means, so
  // here it is a stream that was cut.
  return new DmError(
    UNREACHABLE[remote],
    remote === 'agent'
      ? `the agent at ${name} cannot be reached: ${what}; start it, or name its socket with --socket`
      : `${name} cannot be reached: ${what}; check that its agent runs and that the address is right`,
  );
}

/** The cause in what the library says about a connection that was not made. */
function plainDetails(details: string): string {
  return details
    .replace(/^No connection established\. Last error: (Error: )?/, '')
    .replace(/\.? Resolution note:.*$/s, '');
}

function parseData(json: string): ErrorData {
  if (json === '') return {};
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null) return {};
  const plain = Object.entries(value).filter(
    (entry): entry is [string, string | number | boolean] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  return Object.fromEntries(plain);
}

/** Text of the other side is shown in terminals and logs: control characters become visible. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
