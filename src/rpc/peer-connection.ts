import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Client, type ServiceError } from '@grpc/grpc-js';
import { DmError } from '../model/error.js';
import { parseSystemGuid, type SpkiFingerprint, type SystemGuid } from '../model/ids.js';
import { PEER_RIGHTS, type PeerRight } from '../model/peer-right.js';
import { parseCertificate } from '../security/certificate.js';
import type { TlsMaterial } from '../security/tls-material.js';
import type { PeerIdentity } from '../security/trust.js';
import type { AgentCard } from './agent-card.js';
import { callUnary } from './client-call.js';
import {
  PeerClientCredentials,
  type SingleConnectionCredentials,
  UnixSocketCredentials,
} from './client-credentials.js';
import { absolutePath } from './codec/wire-path.js';
import { checked, listOf, text } from './codec/wire-value.js';
import type { HelloReply__Output } from './generated/peer/datamover/v1/HelloReply.js';
import type { HelloRequest } from './generated/peer/datamover/v1/HelloRequest.js';
import { type BandwidthPacing, NO_PACE, type Pace } from './pacing/bandwidth-pacing.js';
import { peerDefinition } from './proto.js';
import { MAX_MESSAGE_BYTES, negotiate, PROTOCOL_MAX, PROTOCOL_MIN } from './protocol.js';
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
  // The longest that a timer takes: a connection without calls stays, since tickets end with the one they were asked for on.
  'grpc.client_idle_timeout_ms': 2 ** 31 - 1,
  'grpc.enable_http_proxy': 0,
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
  'grpc.service_config_disable_resolution': 1,
} as const;

/** How to reach another agent. */
export interface TlsDial {
  readonly kind: 'tls';
  /** "host:port", tried in this order. */
  readonly addresses: readonly string[];
  readonly strictHostname: boolean;
  /** What to present and whom to trust, as of now: asked at every connection. */
  readonly material: () => TlsMaterial;
  /** Checks the chain a server presented (DER, leaf first) as of now; throws `peer_untrusted`. */
  readonly verify: (chain: readonly Uint8Array[]) => PeerIdentity;
  /** The pin: has the last word on a verified server. Throws `peer_key_mismatch`. */
  readonly admit: (identity: PeerIdentity) => void;
}

/** This agent itself, by its own socket. */
export interface UnixDial {
  readonly kind: 'unix';
  readonly path: string;
}

/** What a peer said about itself. */
export interface PeerHello {
  readonly address: string;
  readonly programVersion: string;
  readonly protocol: number;
  readonly systemGuid: SystemGuid;
  readonly agentName: string;
  /** What we may do there. */
  readonly allowed: readonly PeerRight[];
  readonly roots: readonly Uint8Array[];
  /** Null on a Unix socket. */
  readonly identity: PeerIdentity | null;
}

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
   * A server that does not accept our certificate closes the connection after a handshake that was whole for us, before
   * a single byte; so does, very seldom, one that breaks at that moment.
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
   * False when the bandwidth rules have changed so that the connection cannot follow them: one that was opened under a
   * slow rule cannot be given more bytes in flight, one that was opened without any cannot be held back.
   */
  get followsRules(): boolean {
    if (this.#dial.kind === 'unix') return true;
    if (this.#pace.isRuled() && !this.#credentials.paced) return false;
    return 2 * this.#window >= Math.min(this.#fullWindow, windowAt(this.#pace.rate()));
  }

  /** Ends the connection when it cannot follow the bandwidth rules; work on it goes on over another one. */
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

  /** Ends the connection, and with `reason` every call on it, when its peer is not trusted any more. */
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

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

/** The IP address that will be connected to, or '' when it has no say. Connecting tells what is wrong with a name. */
async function ipOf(dial: TlsDial | UnixDial, address: string): Promise<string> {
  if (dial.kind === 'unix') return '';
  const host = hostOf(address);
  if (isIP(host) !== 0) return host;
  return await lookup(host).then(
    (found) => found.address,
    () => '',
  );
}

function credentialsFor(
  dial: TlsDial | UnixDial,
  address: string,
  pace: (address: string) => Pace,
): SingleConnectionCredentials {
  if (dial.kind === 'unix') return new UnixSocketCredentials();
  const { strictHostname, verify, admit } = dial;
  return new PeerClientCredentials({
    host: hostOf(address),
    pace,
    material: dial.material(),
    strictHostname,
    verify,
    admit,
  });
}

function helloFromWire(
  reply: HelloReply__Output,
  card: AgentCard,
  address: string,
  identity: PeerIdentity | null,
): PeerHello {
  const programVersion = text(reply.program_version, 200, 'program version');
  const ours = { programVersion: card.programVersion, min: PROTOCOL_MIN, max: PROTOCOL_MAX };
  const theirs = { programVersion, min: reply.protocol, max: reply.protocol };
  return {
    address,
    programVersion,
    protocol: negotiate(ours, theirs),
    systemGuid: checked(reply.system_guid, parseSystemGuid),
    agentName: text(reply.agent_name, 200, 'agent name'),
    allowed: PEER_RIGHTS.filter((right) => reply.allowed.includes(right)),
    roots: listOf(reply.roots, 1_000, 'roots').map((root) => absolutePath(root, 'root')),
    identity,
  };
}

/** What an agent says about itself before anything else. */
export function helloRequest(card: AgentCard): HelloRequest {
  return {
    program_version: card.programVersion,
    protocol_min: PROTOCOL_MIN,
    protocol_max: PROTOCOL_MAX,
    system_guid: card.systemGuid,
    agent_name: card.agentName,
  };
}

function certificateRefused(address: string, cause: unknown): DmError {
  return new DmError(
    'peer_untrusted',
    `the peer at ${address} closes the connection when it has seen our certificate; see its log, install our CA there or an identity of its CA here`,
    { cause },
  );
}

function ownKey(dial: TlsDial): SpkiFingerprint {
  return parseCertificate(dial.material().certPem).spkiSha256;
}

function refuseDouble(hello: PeerHello, card: AgentCard, ownKey: SpkiFingerprint): void {
  if (hello.systemGuid !== card.systemGuid || hello.identity?.spki === ownKey) return;
  throw new DmError(
    'duplicate_system',
    `the peer at ${hello.address} calls itself by this agent's system guid ${hello.systemGuid} but has another key; give the copied agent a new state directory`,
    { data: { system_guid: hello.systemGuid, spki: hello.identity?.spki ?? '' } },
  );
}
