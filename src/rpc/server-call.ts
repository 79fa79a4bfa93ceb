import type {
  handleBidiStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  ServerDuplexStream,
  ServerWritableStream,
} from '@grpc/grpc-js';
import { DmError } from '../model/error.js';
import { statusFromError } from './status-mapping.js';

/** One call being served. */
export interface RunningCall {
  readonly metadata: Metadata;
  /** Aborts when the caller goes away, or when `stop` is called. */
  readonly signal: AbortSignal;
  /** Ends the call with this error, whatever its handler is doing. */
  stop(error: DmError): void;
}

/** Brackets a call: checks it before, cleans up after. Throws to refuse it. */
export type Guard<Method, Context> = <T>(
  method: Method,
  call: RunningCall,
  run: (context: Context) => Promise<T>,
) => Promise<T>;

/** The slice of a grpc-js server call that is the same for all kinds. */
interface AnyCall {
  readonly metadata: Metadata;
  on(event: 'cancelled', listener: () => void): unknown;
}

/**
 * Makes grpc-js handlers of plain functions; every error becomes a
 * status with our code in its trailer.
 */
export class ServerCalls<Method, Context> {
  readonly #guard: Guard<Method, Context>;
  readonly #onUnexpected: (method: Method, error: unknown) => void;

  /**
   * `onUnexpected` is told of every failure that is no DmError: the caller
   * learns nothing of it but that it was.
   */
  constructor(
    guard: Guard<Method, Context>,
    onUnexpected: (method: Method, error: unknown) => void,
  ) {
    this.#guard = guard;
    this.#onUnexpected = onUnexpected;
  }

  unary<Request, Reply>(
    method: Method,
    handler: (request: Request, context: Context, signal: AbortSignal) => Promise<Reply>,
  ): handleUnaryCall<Request, Reply> {
    return (call, callback) => {
      let answered = false;
      const answer = (error: unknown, reply?: Reply) => {
        if (answered) return;
        answered = true;
        callback(error === null ? null : statusFromError(error), reply);
        this.#note(method, error);
      };
      const running = begin(call, answer);
      this.#guard(method, running, (context) =>
        handler(call.request, context, running.signal),
      ).then(
        (reply) => answer(null, reply),
        (error: unknown) => answer(error),
      );
    };
  }

  stream<Request, Reply>(
    method: Method,
    handler: (request: Request, context: Context, signal: AbortSignal) => AsyncIterable<Reply>,
  ): handleServerStreamingCall<Request, Reply> {
    return (call) =>
      this.#serve(method, call, (context, signal) => handler(call.request, context, signal));
  }

  duplex<Request, Reply>(
    method: Method,
    handler: (
      requests: AsyncIterable<Request>,
      context: Context,
      signal: AbortSignal,
    ) => AsyncIterable<Reply>,
  ): handleBidiStreamingCall<Request, Reply> {
    return (call) =>
      this.#serve(method, call, (context, signal) =>
        // Leaving the input early must not destroy the stream: the error is still to be sent on it.
        handler(call.iterator({ destroyOnReturn: false }), context, signal),
      );
  }

  #note(method: Method, error: unknown): void {
    const aborted = error instanceof Error && error.name === 'AbortError';
    if (error === null || error instanceof DmError || aborted) return;
    this.#onUnexpected(method, error);
  }

  #serve<Request, Reply>(
    method: Method,
    call: ServerWritableStream<Request, Reply> | ServerDuplexStream<Request, Reply>,
    replies: (context: Context, signal: AbortSignal) => AsyncIterable<Reply>,
  ): void {
    let ended = false;
    const end = (error: unknown) => {
      if (ended) return;
      ended = true;
      if (error === null) call.end();
      else call.emit('error', statusFromError(error));
      this.#note(method, error);
    };
    const running = begin(call, end);
    this.#guard(method, running, (context) =>
      send(call, replies(context, running.signal), running.signal),
    ).then(() => end(null), end);
  }
}

function begin(call: AnyCall, end: (error: unknown) => void): RunningCall {
  const abort = new AbortController();
  const stop = (error: DmError) => {
    abort.abort(error);
    end(error);
  };
  call.on('cancelled', () => stop(new DmError('cancelled', 'the caller went away')));
  return { metadata: call.metadata, signal: abort.signal, stop };
}

/**
 * Asks for the next reply when the one before is with the connection,
 * and its memory is not needed any more.
 */
async function send<Request, Reply>(
  call: ServerWritableStream<Request, Reply> | ServerDuplexStream<Request, Reply>,
  replies: AsyncIterable<Reply>,
  signal: AbortSignal,
): Promise<void> {
  for await (const reply of replies) {
    signal.throwIfAborted();
    await written(call, reply, signal);
  }
}

function written<Request, Reply>(
  call: ServerWritableStream<Request, Reply> | ServerDuplexStream<Request, Reply>,
  reply: Reply,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    // Of a failed write the call tells why.
    call.write(reply, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}
