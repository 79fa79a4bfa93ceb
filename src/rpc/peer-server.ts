import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import { DmError } from '../model/error.js';
import type { SpkiFingerprint } from '../model/ids.js';
import { parseCertificate } from '../security/certificate.js';
import { isNarrower } from '../security/grants.js';
import { peerChain } from '../security/peer-chain.js';
import type { TlsMaterial } from '../security/tls-material.js';
import type { AgentCard } from './agent-card.js';
import { GrpcListener } from './grpc-listener.js';
import type { BandwidthPacing } from './pacing/bandwidth-pacing.js';
import { type Caller, ownerOf } from './peer-access.js';
import type { PeerConnectionState, PeerContext } from './peer-connection-state.js';
import {
  PeerGuard,
  type PeerGuardModules,
  type PeerServerConnection,
  stopCalls,
} from './peer-guard.js';
import { peerService } from './peer-service.js';
import { peerDefinition } from './proto.js';
import { ReaderPool } from './reader-pool.js';
import { ReceiveSessions } from './receive-sessions.js';
import type { PeerMethod } from './rights-of-method.js';
import { type RunningCall, ServerCalls } from './server-call.js';
import { PeerServerCredentials } from './server-credentials.js';
import { checkSocketCaller, type PeerUid } from './socket-caller.js';
import { hungUpSockets } from './socket-probe.js';
import { ticketEnded } from './tickets/ticket-office.js';
import { type PlacedSocket, placeSocket } from './unix-socket.js';

/** How often certificates, grants and idle sessions are looked at again without being told. */
const SWEEP_MS = 5_000;
/** A connection that has not said Hello by then is ended. */
const HELLO_MS = 10_000;
const MAX_CONNECTIONS_PER_CALLER = 32;
const SESSION_IDLE_MS = 300_000;

export type PeerListen =
  | {
      readonly kind: 'tls';
      readonly host: string;
      readonly port: number;
      readonly material: TlsMaterial;
    }
  /** For this agent itself: a socket of mode 0600, no certificates, the caller is 'loopback'. */
  | { readonly kind: 'unix'; readonly path: string; readonly peerUid: PeerUid };

export interface PeerServerOptions {
  readonly listen: PeerListen;
  readonly card: AgentCard;
  readonly window?: number;
  /** How long a receive that nobody uses is kept open; its staging stays. */
  readonly sessionIdleMs?: number;
}

export interface PeerServerModules extends PeerGuardModules {
  /**
   * Told of each call that failed inside this program: its caller learns no more than `internal`.
   */
  readonly onUnexpected: (method: string, error: unknown) => void;
  /** Told of each client that hung up during the handshake, for the log: who tries, and gives up. */
  readonly onHungUp?: (address: string) => void;
  readonly now: () => number;
  /** The bandwidth rules; without them nothing is held back. */
  readonly pacing?: BandwidthPacing;
}

/** Serves the Peer protocol over the ports it is given. */
export class PeerServer implements AsyncDisposable {
  readonly #options: PeerServerOptions;
  readonly #modules: PeerServerModules;
  readonly #sessions: ReceiveSessions;
  readonly #guard: PeerGuard;
  readonly #credentials: PeerServerCredentials | null;
  #listener: GrpcListener<PeerConnectionState> | null = null;
  #socket: PlacedSocket | null = null;
  #ownKey: SpkiFingerprint | null = null;
  #timer: NodeJS.Timeout | null = null;

  private constructor(options: PeerServerOptions, modules: PeerServerModules) {
    this.#options = options;
    this.#modules = modules;
    this.#guard = new PeerGuard(modules);
    const idleMs = options.sessionIdleMs ?? SESSION_IDLE_MS;
    this.#sessions = new ReceiveSessions({ idleMs }, modules);
    const { listen } = options;
    this.#credentials = listen.kind === 'tls' ? new PeerServerCredentials(listen.material) : null;
    if (listen.kind === 'tls') this.#ownKey = keyOf(listen.material);
  }

  /** Serves when it resolves. */
  static async open(options: PeerServerOptions, modules: PeerServerModules): Promise<PeerServer> {
    const server = new PeerServer(options, modules);
    const { listen } = options;
    if (listen.kind === 'tls') await server.#listen(hostPort(listen.host, listen.port));
    else server.#socket = await placeSocket(listen.path, (path) => server.#listen(`unix:${path}`));
    server.#timer = setInterval(() => server.#sweep(), SWEEP_MS);
    server.#timer.unref();
    return server;
  }

  /** The TCP port that was bound. */
  get port(): number {
    return this.#listener?.port ?? 0;
  }

  /** New connections use the new certificates; call `recheck` when trust has changed with them. */
  replaceMaterial(material: TlsMaterial): void {
    this.#credentials?.replace(material);
    this.#ownKey = keyOf(material);
  }

  /**
   * Applies changes of trust and grants to what is open: connections whose peer no longer verifies
   * end, so do calls and sessions whose caller may do less than when they began, or whose ticket
   * has ended. It also happens by itself every few seconds.
   */
  async recheck(): Promise<void> {
    for (const connection of this.#connections()) await this.#guard.recheck(connection);
    await this.#sessions.sweep(
      ({ caller, access, ticket }) =>
        ticket?.asker.lifetime.aborted === true ||
        isNarrower(this.#modules.accessFor(caller).reach, access.reach),
    );
  }

  /** Stops all calls with `shutting_down`, closes sessions and connections. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    const stopping = new DmError('shutting_down', 'the serving agent is stopping; try again later');
    const listener = this.#listener;
    this.#listener = null;
    for (const { state } of listener?.connections ?? []) stopCalls(state, stopping);
    await listener?.close();
    await this.#sessions.sweep(() => true);
    await this.#socket?.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #listen(address: string): Promise<void> {
    const calls = new ServerCalls<PeerMethod, PeerContext>(
      async (method, call, run) => this.#guard.run(this.#connectionOf(call), method, call, run),
      this.#modules.onUnexpected,
    );
    const handlers = peerService(calls, {
      card: this.#options.card,
      ownKey: () => this.#ownKey,
      takeTicket: (state, ticket) => this.#guard.takeTicket(state, ticket),
      tickets: this.#modules.tickets,
      sessions: this.#sessions,
    });
    const { window } = this.#options;
    const { pacing, onHungUp } = this.#modules;
    this.#listener = await GrpcListener.open<PeerConnectionState>(
      {
        address,
        credentials: this.#credentials ?? ServerCredentials.createInsecure(),
        ...(window !== undefined && { window }),
      },
      {
        service: peerDefinition(),
        handlers,
        admit: (socket, address) => this.#admit(socket, address),
        ownerOf: ({ caller }) => (caller === null ? 'refused' : ownerOf(caller)),
        onClosed: ({ state }) => this.#closed(state),
        onRefused: this.#modules.onRefused,
        ...(onHungUp !== undefined && { onHungUp }),
        ...(pacing !== undefined && { pacing }),
      },
    );
  }

  #admit(socket: Socket, address: string): PeerConnectionState {
    const openedAt = this.#modules.now();
    const state = {
      ...{ calls: new Set<never>(), greeted: false, openedAt, access: null, ticket: null },
      ...{ protocol: 0, sending: new Map<never, never>() },
      ...{ closed: new AbortController(), remoteAddress: plainAddress(socket.remoteAddress) },
    };
    const readers = new ReaderPool(this.#modules.now);
    if (this.#options.listen.kind === 'unix') {
      checkSocketCaller(socket, this.#options.listen.peerUid);
      return { ...state, readers, caller: 'loopback', refusal: null, chain: [] };
    }
    const chain = socket instanceof TLSSocket ? peerChain(socket.getPeerCertificate(true)) : [];
    try {
      const caller = this.#modules.verify(chain);
      this.#checkRoom(caller);
      return { ...state, readers, caller, refusal: null, chain };
    } catch (error) {
      if (!(error instanceof DmError)) throw error;
      this.#modules.onRefused(address, error);
      return { ...state, readers, caller: null, refusal: error, chain };
    }
  }

  /** What was lent by who has gone ends with it. */
  #closed(state: PeerConnectionState): void {
    state.closed.abort(ticketEnded());
    this.#background(state.readers.close());
  }

  #checkRoom(caller: Caller): void {
    const owner = ownerOf(caller);
    const open = this.#connections().filter(
      ({ state }) => state.caller !== null && ownerOf(state.caller) === owner,
    );
    if (open.length < MAX_CONNECTIONS_PER_CALLER) return;
    const hungUp = hungUpSockets();
    const left = open.filter((connection) => !connection.probe(hungUp));
    if (left.length < MAX_CONNECTIONS_PER_CALLER) return;
    throw new DmError(
      'peer_busy',
      `${open.length} connections of this peer are open here; wait until some have ended`,
    );
  }

  #connectionOf(call: RunningCall): PeerServerConnection {
    const connection = this.#listener?.connectionOf(call.metadata);
    if (connection !== undefined) return connection;
    throw new DmError('shutting_down', 'the serving agent is not ready; try again later');
  }

  #sweep(): void {
    const { now } = this.#modules;
    const hungUp = hungUpSockets();
    for (const connection of this.#connections()) {
      const { state } = connection;
      connection.probe(hungUp);
      if (!state.greeted && now() - state.openedAt > HELLO_MS) this.#endSilent(connection);
      this.#background(state.readers.sweep());
    }
    this.#background(this.recheck());
  }

  #endSilent(connection: PeerServerConnection): void {
    const { state, address } = connection;
    // Why it was refused has been told.
    if (state.refusal === null) this.#modules.onRefused(address, saidNoHello());
    connection.end();
  }

  /** Work that nobody waits for: its failure concerns no call, but must be seen. */
  #background(work: Promise<void>): void {
    work.catch((error: Error) => this.#modules.onRefused('peer server', error));
  }

  #connections(): PeerServerConnection[] {
    return [...(this.#listener?.connections ?? [])];
  }
}

function keyOf(material: TlsMaterial): SpkiFingerprint {
  return parseCertificate(material.certPem).spkiSha256;
}

/** An IPv4 address as such, also where the socket takes both kinds. */
function plainAddress(address = '127.0.0.1'): string {
  return address.replace(/^::ffff:/, '');
}

function hostPort(host: string, port: number): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`;
}

function saidNoHello(): DmError {
  return new DmError(
    'protocol_mismatch',
    `a connection begins with Hello, and this one said none within ${HELLO_MS / 1_000} s; upgrade the caller`,
  );
}
