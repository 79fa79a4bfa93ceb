import type { EntryFailure } from '../../endpoint/change-stream.js';
import type { CopyTask, RemotePlace } from '../../endpoint/copy-task.js';
import type { CommitResult } from '../../endpoint/target.js';
import { parseSpkiFingerprint } from '../../model/ids.js';
import { TICKET_BYTES } from '../../security/ticket.js';
import type { RemotePlace__Output } from '../generated/peer/datamover/v1/RemotePlace.js';
import type {
  RunCopyEvent,
  RunCopyEvent__Output,
} from '../generated/peer/datamover/v1/RunCopyEvent.js';
import type {
  RunCopyRequest,
  RunCopyRequest__Output,
} from '../generated/peer/datamover/v1/RunCopyRequest.js';
import { failuresFromWire, failureToWire } from './stream-codec.js';
import {
  commitResultFromWire,
  commitResultToWire,
  offerFromWire,
  offerToWire,
} from './target-codec.js';
import { absolutePath } from './wire-path.js';
import { checked, listOf, malformed, oneOf, required, text, toNumber } from './wire-value.js';

const MAX_ADDRESSES = 16;
const MAX_PHASE = 100;
const ADDRESS = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)?:([0-9]{1,5})$/;

/** What has happened in a copy since it was told last. */
export interface CopyProgress {
  /** Null as before. */
  readonly phase: string | null;
  readonly resumed: boolean;
  readonly files: number;
  readonly bytes: number;
  readonly changedBytes: number;
  readonly readBytes: number;
  readonly wholeAgain: number;
  /** Moved over the wire since the copy began. */
  readonly wireBytes: number;
  readonly applying: { readonly done: number; readonly total: number } | null;
  readonly failures: readonly EntryFailure[];
}

export function taskToWire(task: CopyTask): RunCopyRequest {
  const { source, target, sourceBasePath, offer, partial } = task;
  return {
    source: placeToWire(source),
    target: placeToWire(target),
    source_base_path: sourceBasePath,
    offer: offerToWire(offer),
    partial,
  };
}

/**
 * `owner` is who the caller is by its certificate; an address without a host
 * is at `from`, where the call comes from.
 */
export function taskFromWire(
  message: RunCopyRequest__Output,
  owner: string,
  from: string,
): CopyTask {
  return {
    source: placeFromWire(message.source, from),
    target: placeFromWire(message.target, from),
    sourceBasePath: absolutePath(message.source_base_path, 'source base path'),
    offer: offerFromWire(required(message.offer, 'offer'), owner),
    partial: oneOf(message.partial, ['allow', 'fail', 'complete'], 'partial'),
  };
}

function placeToWire(place: RemotePlace | null) {
  return place && { ...place, addresses: [...place.addresses], ticket: place.ticket };
}

function placeFromWire(message: RemotePlace__Output | null, from: string): RemotePlace | null {
  if (message === null) return null;
  const { addresses, peer, ticket } = message;
  if (addresses.length === 0 || ticket.length !== TICKET_BYTES) {
    throw malformed('a place has no address or no ticket');
  }
  return {
    addresses: listOf(addresses, MAX_ADDRESSES, 'addresses').map((one) => addressFrom(one, from)),
    peer: checked(peer, parseSpkiFingerprint),
    ticket,
  };
}

function addressFrom(address: string, from: string): string {
  const parts = ADDRESS.exec(address);
  const port = Number(parts?.[2]);
  if (parts === null || port < 1 || port > 65_535) throw malformed('an address is not HOST:PORT');
  if (parts[1] !== undefined) return address;
  return from.includes(':') ? `[${from}]:${port}` : `${from}:${port}`;
}

export function copyProgressToWire(progress: CopyProgress): RunCopyEvent {
  return {
    phase: progress.phase ?? '',
    resumed: progress.resumed,
    files: progress.files,
    bytes: progress.bytes,
    changed_bytes: progress.changedBytes,
    read_bytes: progress.readBytes,
    whole_again: progress.wholeAgain,
    wire_bytes: progress.wireBytes,
    ...(progress.applying !== null && { applying: progress.applying }),
    failures: progress.failures.map(failureToWire),
  };
}

export function copyProgressFromWire(message: RunCopyEvent__Output): CopyProgress {
  const { applying } = message;
  return {
    phase: message.phase === '' ? null : text(message.phase, MAX_PHASE, 'phase'),
    resumed: message.resumed,
    files: toNumber(message.files, 'progress'),
    bytes: toNumber(message.bytes, 'progress'),
    changedBytes: toNumber(message.changed_bytes, 'progress'),
    readBytes: toNumber(message.read_bytes, 'progress'),
    wholeAgain: toNumber(message.whole_again, 'progress'),
    wireBytes: toNumber(message.wire_bytes, 'progress'),
    applying: applying && {
      done: toNumber(applying.done, 'progress'),
      total: toNumber(applying.total, 'progress'),
    },
    failures: failuresFromWire(message.failures),
  };
}

export function copyResultToWire(result: CommitResult, wireBytes: number): RunCopyEvent {
  return { wire_bytes: wireBytes, result: commitResultToWire(result) };
}

/** Null for an event that tells progress only. */
export function copyResultFromWire({ result }: RunCopyEvent__Output): CommitResult | null {
  return result === null ? null : commitResultFromWire(result);
}
