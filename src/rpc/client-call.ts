import {
  type CallOptions,
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { DmError } from '../model/error.js';
import { malformed } from './codec/wire-value.js';

/** A method as its service defines it: what goes out, and what comes back. */
export interface Method<Request, Reply> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Reply;
}

/** Says what a failed call means on this connection. */
export type ErrorMapper = (error: ServiceError) => DmError;

/** One request, one reply. An abort ends the call with `cancelled`. */
export function callUnary<Request, Reply>(
  client: Client,
  method: Method<Request, Reply>,
  request: Request,
  options: CallOptions,
  toError: ErrorMapper,
  signal: AbortSignal,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(aborted(signal));
    const call = client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      new Metadata(),
      options,
      (error, reply) => {
        signal.removeEventListener('abort', cancel);
        if (signal.aborted) reject(aborted(signal));
        else if (error) reject(toError(error));
        else resolve(reply as Reply);
      },
    );
    const cancel = () => call.cancel();
    signal.addEventListener('abort', cancel, { once: true });
  });
}

/**
 * One request, many replies, read no faster than they are consumed. Leaving early cancels the call.
 */
export async function* callStream<Request, Reply>(
  client: Client,
  method: Method<Request, Reply>,
  request: Request,
  toError: ErrorMapper,
  signal: AbortSignal,
): AsyncGenerator<Reply> {
  if (signal.aborted) throw aborted(signal);
  const call = client.makeServerStreamRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    request,
    new Metadata(),
    {},
  );
  yield* replies(call, toError, signal);
}

/**
 * Many requests, many replies. The next request is taken from `requests` when the one before is
 * with the connection, and its memory is not needed any more. A failing `requests` cancels the call
 * and its error comes out; so does leaving early.
 */
export async function* callDuplex<Request, Reply>(
  client: Client,
  method: Method<Request, Reply>,
  requests: AsyncIterable<Request>,
  toError: ErrorMapper,
  signal: AbortSignal,
): AsyncGenerator<Reply> {
  if (signal.aborted) throw aborted(signal);
  const call = client.makeBidiStreamRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    new Metadata(),
    {},
  );
  const over = new AbortController();
  call.once('error', () => over.abort());
  const input: { done: boolean; failure: { readonly error: unknown } | null } = {
    done: false,
    failure: null,
  };
  writeAll(call, requests, over.signal).then(
    (done) => {
      input.done = done;
    },
    (error: unknown) => {
      input.failure = { error };
      call.cancel();
    },
  );
  try {
    yield* replies(call, toError, signal);
  } catch (error) {
    throw input.failure === null ? error : input.failure.error;
  } finally {
    // The writer may be waiting for a request that never comes: it is told, not waited for.
    over.abort();
  }
  if (!input.done) throw malformed('the answer ended before the requests did');
}

async function* replies<Reply>(
  call: ClientReadableStream<Reply>,
  toError: ErrorMapper,
  signal: AbortSignal,
): AsyncGenerator<Reply> {
  const cancel = () => call.cancel();
  // The status of a call that was left early has no other listener.
  call.on('error', () => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for await (const reply of call) {
      if (signal.aborted) break;
      yield reply as Reply;
    }
    if (signal.aborted) throw aborted(signal);
  } catch (error) {
    if (signal.aborted) throw aborted(signal);
    throw isServiceError(error) ? toError(error) : error;
  } finally {
    signal.removeEventListener('abort', cancel);
    call.cancel();
  }
}

/** True when all requests were written; false when the call was over before. */
async function writeAll<Request>(
  call: ClientDuplexStream<Request, unknown>,
  requests: AsyncIterable<Request>,
  over: AbortSignal,
): Promise<boolean> {
  for await (const request of requests) {
    if (over.aborted) return false;
    await written(call, request, over);
    if (over.aborted) return false;
  }
  call.end();
  return true;
}

/** Also when the call is over: its status tells why. */
function written<Request>(
  call: ClientDuplexStream<Request, unknown>,
  request: Request,
  over: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      over.removeEventListener('abort', done);
      resolve();
    };
    over.addEventListener('abort', done, { once: true });
    call.write(request, done);
  });
}

function aborted(signal: AbortSignal): DmError {
  if (signal.reason instanceof DmError) return signal.reason;
  return new DmError('cancelled', 'stopped on request', { cause: signal.reason });
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'metadata' in error && 'details' in error;
}
