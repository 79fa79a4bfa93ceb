import type { CompressionMode } from '../model/compression.js';
import { DmError } from '../model/error.js';
import { errorAtPath } from '../model/named-error.js';
import type { AgentCard } from './agent-card.js';
import { callDuplex, callStream, callUnary, type ErrorMapper, type Method } from './client-call.js';
import type { ActiveCompression, SendingStream } from './link/peer-link.js';
import { PeerLinks } from './link/peer-links.js';
import type { BandwidthPacing } from './pacing/bandwidth-pacing.js';
import { ownerOf } from './peer-access.js';
import { PeerConnection } from './peer-connection.js';
import type { TlsDial, UnixDial } from './peer-dial.js';
import { helloRequest, type PeerHello } from './peer-hello.js';
import { peerDefinition } from './proto.js';
import { COMPRESSION_SINCE } from './protocol.js';
import { WINDOW_BYTES } from './windows.js';

/** An answer that takes longer than this is given up. */
const UNARY_MS = 60_000;
const PROBE_MS = 1_000;
const RECHECK_MS = 5_000;

export interface PeerChannelOptions {
  readonly dial: TlsDial | UnixDial;
  readonly card: AgentCard;
  /**
   * The connection has what it gives and nothing else; there is no second
   * one then, a ticket is taken once.
   */
  readonly ticket?: Uint8Array;
  /** Says of every failed call what it means to whoever the channel is for. */
  readonly told?: (error: DmError) => DmError;
  /** Bytes in flight that this side allows; 16 MiB unless told. */
  readonly window?: number;
  /** The bandwidth rules; without them nothing is held back. */
  readonly pacing?: BandwidthPacing;
  /** Of payloads, either way; off unless told. */
  readonly compression?: CompressionMode;
  /** The ways to all peers; of its own unless given. */
  readonly links?: PeerLinks;
}

export interface CallAbout {
  /** Told with a failure that does not name it. */
  readonly path?: Uint8Array | undefined;
  /** For the answer; a minute unless told. */
  readonly timeoutMs?: number;
}

/**
 * Calls to one peer. Connects at the first call and again at the next one after the
 * connection broke; it never repeats a call by itself. Failures of the connection are
 * `peer_unreachable`, an aborted call is `cancelled`.
 */
export class PeerChannel implements AsyncDisposable {
  readonly #options: PeerChannelOptions;
  readonly #closed = new AbortController();
  #connection: PeerConnection | null = null;
  #connecting: Promise<PeerConnection> | null = null;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #links: PeerLinks;
  #streams = 0;
  #sentBefore = 0;
  #receivedBefore = 0;

  constructor(options: PeerChannelOptions) {
    this.#options = options;
    this.#links = options.links ?? new PeerLinks();
  }

  /** Connects if need be, and tells who answered. */
  async hello(signal: AbortSignal): Promise<PeerHello> {
    return (await this.#connected(signal)).hello;
  }

  /**
   * How payloads may be compressed on the way to the peer and back; null
   * for not at all. Connects if need be.
   */
  async compression(signal: AbortSignal): Promise<ActiveCompression | null> {
    const { compression = 'off' } = this.#options;
    if (compression === 'off') return null;
    const { protocol } = await this.hello(signal);
    return protocol >= COMPRESSION_SINCE ? compression : null;
  }

  /** A stream to the peer, to be disposed of when it ends; null when payloads go as they are. */
  async sending(signal: AbortSignal): Promise<SendingStream | null> {
    const mode = await this.compression(signal);
    if (mode === null) return null;
    const { identity, address } = await this.hello(signal);
    return this.#links.open(identity === null ? address : ownerOf(identity), mode);
  }

  /** A number that no other stream of this channel has. */
  nextStream(): number {
    this.#streams += 1;
    return this.#streams;
  }

  /** One small question and its answer, for measuring the way. */
  async roundTrip(signal: AbortSignal): Promise<void> {
    const { Hello } = peerDefinition();
    await this.unary(Hello, helloRequest(this.#options.card), signal);
  }

  async unary<Request, Reply>(
    method: Method<Request, Reply>,
    request: Request,
    signal: AbortSignal,
    { path, timeoutMs = UNARY_MS }: CallAbout = {},
  ): Promise<Reply> {
    const connection = await this.#connected(signal);
    const { client } = connection;
    const options = { deadline: Date.now() + timeoutMs };
    return callUnary(client, method, request, options, this.#errors(connection, path), signal);
  }

  async *stream<Request, Reply>(
    method: Method<Request, Reply>,
    request: Request,
    signal: AbortSignal,
    { path }: Pick<CallAbout, 'path'> = {},
  ): AsyncGenerator<Reply> {
    const connection = await this.#connected(signal);
    const { client } = connection;
    yield* callStream(client, method, request, this.#errors(connection, path), signal);
  }

  async *duplex<Request, Reply>(
    method: Method<Request, Reply>,
    requests: AsyncIterable<Request>,
    signal: AbortSignal,
    { path }: Pick<CallAbout, 'path'> = {},
  ): AsyncGenerator<Reply> {
    const connection = await this.#connected(signal);
    const { client } = connection;
    yield* callDuplex(client, method, requests, this.#errors(connection, path), signal);
  }

  /**
   * Bytes handed to the wire since the channel was made, HTTP/2
   * framing and re-sends included, TLS not.
   */
  get bytesSent(): number {
    return this.#sentBefore + (this.#connection?.bytesSent ?? 0);
  }

  get bytesReceived(): number {
    return this.#receivedBefore + (this.#connection?.bytesReceived ?? 0);
  }

  /**
   * Ends the connection when its peer is not trusted, or not the pinned one, any
   * more. Happens by itself every few seconds.
   */
  recheck(): void {
    this.#connection?.recheck();
  }

  /** Ends all calls with `cancelled`. The byte counters stay. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    const reason = new DmError('cancelled', 'the connection to the peer was closed here');
    this.#closed.abort(reason);
    this.#connection?.end(reason);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #errors(connection: PeerConnection, path?: Uint8Array): ErrorMapper {
    const { told = (error) => error } = this.#options;
    return (failed) => {
      const error = connection.toError(failed);
      return told(path === undefined ? error : errorAtPath(error, path));
    };
  }

  async #connected(signal: AbortSignal): Promise<PeerConnection> {
    this.#closed.signal.throwIfAborted();
    if (this.#connection?.alive) return this.#connection;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = null;
    });
    return abortable(this.#connecting, signal);
  }

  async #connect(): Promise<PeerConnection> {
    let connection = await this.#dialInOrder();
    // The rules may have changed meanwhile.
    while (connection.alive && !connection.followsRules) {
      connection.end(null);
      connection = await this.#dialInOrder();
    }
    this.#sentBefore = this.bytesSent;
    this.#receivedBefore = this.bytesReceived;
    this.#connection?.end(null);
    this.#connection = connection;
    this.#watch();
    return connection;
  }

  #watch(): void {
    if (this.#timers.length > 0) return;
    this.#timers.push(
      setInterval(() => this.#connection?.probe(), PROBE_MS).unref(),
      setInterval(() => this.recheck(), RECHECK_MS).unref(),
    );
    const { pacing } = this.#options;
    if (pacing !== undefined) {
      const changed = () => this.#connection?.leaveFormerRules();
      this.#closed.signal.addEventListener('abort', pacing.onChange(changed), { once: true });
    }
  }

  async #dialInOrder(): Promise<PeerConnection> {
    const { dial, card, window = WINDOW_BYTES, pacing = null, ticket = null } = this.#options;
    const addresses = dial.kind === 'unix' ? [dial.path] : dial.addresses;
    const failures: DmError[] = [];
    for (const address of addresses) {
      try {
        return await PeerConnection.open(
          dial,
          address,
          { card, window, pacing, ticket },
          this.#closed.signal,
        );
      } catch (error) {
        if (!(error instanceof DmError)) throw error;
        failures.push(error);
      }
    }
    const { told = (error) => error } = this.#options;
    throw told(worst(failures));
  }
}

/** A refusal says more than an address that does not answer; several of those are told together. */
function worst(failures: readonly DmError[]): DmError {
  const refusal = failures.find(({ code }) => code !== 'peer_unreachable');
  if (refusal) return refusal;
  const [only, ...others] = failures;
  if (only !== undefined && others.length === 0) return only;
  const texts = failures.map(({ message }) => message).join('; ');
  return new DmError('peer_unreachable', texts === '' ? 'the peer has no address' : texts);
}

/** The work goes on for others when one caller gives up. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      const { reason } = signal;
      reject(
        reason instanceof DmError
          ? reason
          : new DmError('cancelled', 'stopped on request', { cause: reason }),
      );
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
