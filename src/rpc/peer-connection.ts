import { Client, type ServiceError } from '@grpc/grpc-js';
import { DmError } from '../model/error.js';
import type { AgentCard } from './agent-card.js';
import { callUnary } from './client-call.js';
import type { SingleConnectionCredentials } from './client-credentials.js';
import { type BandwidthPacing, NO_PACE, type Pace } from './pacing/bandwidth-pacing.js';
import { credentialsFor, ipOf, ownKey, type TlsDial, type UnixDial } from './peer-dial.js';
import { helloFromWire, helloRequest, type PeerHello, refuseDouble } from './peer-hello.js';
import { peerDefinition } from './proto.js';
import { MAX_MESSAGE_BYTES } from './protocol.js';
import { hasLostPeer } from './socket-probe.js';
import { errorFromStatus, sentError } from './status-mapping.js';
import { clientWindow, windowAt } from './windows.js';

const HELLO_MS = 15_000;
const OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  'grpc.keepalive_time_ms': 30_000,
  // A ping waits behind a batch, which may take long under a bandwidth rule.
  'grpc.keepalive_timeout_ms': 180_000,
  'grpc.use_local_subchannel_pool': 1,
  // The longest that a timer takes: a connection without calls stays, since tickets
  // end with the one they were asked for on.
  'grpc.client_idle_timeout_ms': 2 ** 31 - 1,
  'grpc.enable_http_proxy': 0,
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
  'grpc.service_config_disable_resolution': 1,
} as const;

export interface PeerConnectionOptions {
  readonly card: AgentCard;
  /** Shown with the Hello: then the connection has what it gives and nothing else. */
  readonly ticket: Uint8Array | null;
  /** The most that may be in flight; less under a slow bandwidth rule. */
  readonly window: number;
  readonly pacing: BandwidthPacing | null;
}

/** One connection to a peer that has said Hello. */
export class PeerConnection {
  readonly client: Client;
  readonly #address: string;
  readonly #dial: TlsDial | UnixDial;
  readonly #credentials: SingleConnectionCredentials;
  readonly #pace: Pace;
  /** In flight at most, and what would be without a bandwidth rule. */
  readonly #window: number;
  readonly #fullWindow: number;
  #hello: PeerHello | null = null;
  #ended: DmError | null = null;
  /**
   * A server that does not accept our certificate closes the connection after a handshake that was
   * whole for us, before a single byte; so does, very seldom, one that breaks at that moment.
   */
  #hungUpAtOnce = false;

  private constructor(
    dial: TlsDial | UnixDial,
    address: string,
    { window, pacing }: PeerConnectionOptions,
    ip: string,
  ) {
    this.#dial = dial;
    this.#address = address;
    const pace = (peer: string): Pace => pacing?.pace(peer) ?? NO_PACE;
    this.#credentials = credentialsFor(dial, address, pace);
    this.#pace = pace(ip);
    this.#fullWindow = window;
    this.#window = Math.min(window, windowAt(this.#pace.rate()));
    const target = dial.kind === 'unix' ? `unix:${address}` : `dns:${address}`;
    this.client = new Client(target, this.#credentials, {
      ...OPTIONS,
      ...clientWindow(this.#window),
    });
  }

  /** Connects, checks the peer, says Hello. Leaves nothing open when it fails. */
  static async open(
    dial: TlsDial | UnixDial,
    address: string,
    options: PeerConnectionOptions,
    signal: AbortSignal,
  ): Promise<PeerConnection> {
    const ip = await ipOf(dial, address);
    const first = new PeerConnection(dial, address, options, ip);
    try {
      return await first.#greeted(options, signal);
    } catch (error) {
      if (!first.#hungUpAtOnce) throw error;
    }
    const second = new PeerConnection(dial, address, options, ip);
    try {
      return await second.#greeted(options, signal);
    } catch (error) {
      throw second.#hungUpAtOnce ? certificateRefused(address, error) : error;
    }
  }

  get hello(): PeerHello {
    if (this.#hello === null) throw new Error('no Hello on this connection');
    return this.#hello;
  }

  get alive(): boolean {
    const socket = this.#credentials.connection?.socket;
    return this.#ended === null && socket !== undefined && !socket.destroyed && socket.writable;
  }

  /** Bytes given to the connection, HTTP/2 framing included, TLS not. */
  get bytesSent(): number {
    return this.#credentials.connection?.socket.bytesWritten ?? 0;
  }

  get bytesReceived(): number {
    return this.#credentials.connection?.socket.bytesRead ?? 0;
  }

  /**
   * False when the bandwidth rules have changed so that the connection cannot follow them:
   * one that was opened under a slow rule cannot be given more bytes in flight, one that
   * was opened without any cannot be held back.
   */
  get followsRules(): boolean {
    if (this.#dial.kind === 'unix') return true;
    if (this.#pace.isRuled() && !this.#credentials.paced) return false;
    return 2 * this.#window >= Math.min(this.#fullWindow, windowAt(this.#pace.rate()));
  }

  /**
   * Ends the connection when it cannot follow the bandwidth rules;
   * work on it goes on over another one.
   */
  leaveFormerRules(): void {
    if (this.followsRules) return;
    const text = `the bandwidth rule for the peer at ${this.#address} has changed; the work goes on over a new connection`;
    this.end(new DmError('peer_unreachable', text));
  }

  /** Ends the connection when the other end is gone and nothing else has said so. */
  probe(): void {
    const socket = this.#credentials.connection?.socket;
    if (socket === undefined || !this.alive || !hasLostPeer(socket)) return;
    const text = `the connection to the peer at ${this.#address} broke; see that its agent runs`;
    this.end(new DmError('peer_unreachable', text));
  }

  /**
   * Ends the connection, and with `reason` every call on it, when its peer is not trusted any more.
   */
  recheck(): void {
    const peer = this.#credentials.connection?.peer ?? null;
    if (this.#dial.kind === 'unix' || peer === null) return;
    try {
      this.#dial.admit(this.#dial.verify(peer.chain));
    } catch (error) {
      if (!(error instanceof DmError)) throw error;
      this.end(error);
    }
  }

  /** Closes it at once; calls that still run fail with `reason`, or as unreachable without one. */
  end(reason: DmError | null): void {
    this.#ended ??= reason;
    this.client.close();
    this.#credentials.connection?.socket.destroy();
  }

  /** What a failed call on this connection means. */
  toError(error: ServiceError): DmError {
    return (
      sentError(error) ??
      this.#ended ??
      this.#credentials.failure ??
      errorFromStatus(error, 'peer', `peer ${this.#address}`)
    );
  }

  async #greeted(
    options: Pick<PeerConnectionOptions, 'card' | 'ticket'>,
    signal: AbortSignal,
  ): Promise<PeerConnection> {
    try {
      await this.#greet(options, signal);
      return this;
    } catch (error) {
      const { connection, failure } = this.#credentials;
      this.#hungUpAtOnce =
        connection?.peer != null &&
        connection.socket.destroyed &&
        connection.socket.bytesRead === 0 &&
        (failure === null || failure.code === 'peer_unreachable');
      this.end(null);
      throw error;
    }
  }

  async #greet(
    { card, ticket }: Pick<PeerConnectionOptions, 'card' | 'ticket'>,
    signal: AbortSignal,
  ): Promise<void> {
    const reply = await callUnary(
      this.client,
      peerDefinition().Hello,
      { ...helloRequest(card), ...(ticket !== null && { ticket }) },
      { deadline: Date.now() + HELLO_MS },
      (error) => this.toError(error),
      signal,
    );
    if (ticket !== null && !reply.ticket_taken) {
      throw new DmError(
        'protocol_mismatch',
        `the peer at ${this.#address} does not know tickets; upgrade it`,
      );
    }
    const identity = this.#credentials.connection?.peer?.identity ?? null;
    this.#hello = helloFromWire(reply, card, this.#address, identity);
    if (this.#dial.kind === 'tls') refuseDouble(this.#hello, card, ownKey(this.#dial));
  }
}

function certificateRefused(address: string, cause: unknown): DmError {
  return new DmError(
    'peer_untrusted',
    `the peer at ${address} closes the connection when it has seen our certificate; see its log, install our CA there or an identity of its CA here`,
    { cause },
  );
}
