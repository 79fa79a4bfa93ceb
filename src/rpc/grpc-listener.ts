import { once } from 'node:events';
import type {
  Http2Server,
  IncomingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  type Metadata,
  Server,
  type ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { DmError } from '../model/error.js';
import { AcceptedAddresses } from './accepted-addresses.js';
import { handshakeFailure } from './handshake-failure.js';
import { MessageMeter } from './message-meter.js';
import type { BandwidthPacing } from './pacing/bandwidth-pacing.js';
import { pacedCarrier } from './pacing/paced-socket.js';
import { MAX_MESSAGE_BYTES } from './protocol.js';
import { respondIfOpen } from './respond-if-open.js';
import { hasLostPeer, hungUpSockets, hungUpUnixSockets, isOneOf } from './socket-probe.js';
import { applyServerWindow, WINDOW_BYTES, windowAt } from './windows.js';

/**
 * Set by this module on every request, over whatever the caller sent:
 * which connection the request came by.
 */
const CONNECTION_HEADER = 'dm-connection';

const OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_concurrent_streams': 100,
  'grpc.keepalive_time_ms': 30_000,
  // A ping waits behind a batch, which may take long under a bandwidth rule.
  'grpc.keepalive_timeout_ms': 180_000,
  'grpc.enable_channelz': 0,
} as const;
const MAX_HEADER_BYTES = 16_384;
/** All connections of a listener together, handshakes included. */
const MAX_CONNECTIONS = 512;
/** From so many on, those that hung up are looked for at each new one. */
const CROWD = 64;
/** Time for the last answers of a connection that is being ended. */
const LINGER_MS = 1_000;

/** One accepted connection with what the service keeps about it. */
export interface ServerConnection<State> {
  readonly id: string;
  /** Where it comes from, for logs. */
  readonly address: string;
  readonly state: State;
  /** Closes it after a moment in which calls can still be answered. */
  end(): void;
  /**
   * Closes it at once when the other end is gone, or one of those that hung up, and
   * nothing else has said so; tells whether.
   */
  probe(hungUp: ReadonlySet<string>): boolean;
}

export interface GrpcListenerOptions {
  /** "host:port" with port 0 for any, or "unix:/absolute/path". */
  readonly address: string;
  readonly credentials: ServerCredentials;
  readonly window?: number;
}

export interface GrpcListenerModules<State> {
  readonly service: ServiceDefinition;
  readonly handlers: UntypedServiceImplementation;
  /**
   * Called for each new connection before any request of it; what it throws ends the connection.
   */
  readonly admit: (socket: Socket, address: string) => State;
  /** Whose connection it is: what one peer may take up is counted over all of its. */
  readonly ownerOf: (state: State) => string;
  readonly onClosed?: (connection: ServerConnection<State>) => void;
  /** The bandwidth rules for TLS connections; without them nothing is held back. */
  readonly pacing?: BandwidthPacing;
  /** A connection that was not served, with the reason; called for the log. */
  readonly onRefused: (address: string, error: Error) => void;
  /** A client that ended its connection during the handshake; called for the log. */
  readonly onHungUp?: (address: string) => void;
}

/** A grpc server that knows its connections. */
export class GrpcListener<State> {
  readonly #server = new Server(OPTIONS);
  readonly #modules: GrpcListenerModules<State>;
  readonly #window: number;
  readonly #connections = new Map<string, ServerConnection<State>>();
  readonly #sessions = new Map<string, { session: ServerHttp2Session; socket: Socket }>();
  readonly #addresses = new AcceptedAddresses();
  readonly #unpaced = new WeakSet<Socket>();
  readonly #ids = new WeakMap<ServerHttp2Session, string>();
  /** As they were accepted, with and without a session. */
  readonly #sockets = new Set<Socket>();
  readonly #servers: Http2Server[] = [];
  readonly #meter: MessageMeter;
  readonly #forgetPacing: () => void;
  #nextId = 1;
  #port = 0;
  /**
   * The socket of the session that http2 is about to announce: the session shows
   * a proxy only, which cannot destroy it.
   */
  #arriving: Socket | null = null;

  private constructor(options: GrpcListenerOptions, modules: GrpcListenerModules<State>) {
    this.#modules = modules;
    this.#window = options.window ?? WINDOW_BYTES;
    this.#meter = new MessageMeter((session, error) => {
      const { socket } = this.#sessions.get(this.#ids.get(session) ?? '') ?? {};
      modules.onRefused(this.#addresses.of(socket ?? (session.socket as Socket)), error);
      session.destroy();
    });
    this.#server.addService(modules.service, modules.handlers);
    this.#forgetPacing = modules.pacing?.onChange(() => this.#followRules()) ?? (() => undefined);
  }

  /** Serves when it resolves. */
  static async open<State>(
    options: GrpcListenerOptions,
    modules: GrpcListenerModules<State>,
  ): Promise<GrpcListener<State>> {
    const listener = new GrpcListener(options, modules);
    await listener.#bind(options);
    return listener;
  }

  /** The TCP port that was bound. */
  get port(): number {
    return this.#port;
  }

  get connections(): IterableIterator<ServerConnection<State>> {
    return this.#connections.values();
  }

  /** The connection that a call came by. */
  connectionOf(metadata: Metadata): ServerConnection<State> {
    const [id] = metadata.get(CONNECTION_HEADER);
    const connection = typeof id === 'string' ? this.#connections.get(id) : undefined;
    if (connection === undefined) {
      throw new DmError(
        'peer_untrusted',
        'the connection of this call is not admitted; connect again',
      );
    }
    return connection;
  }

  /**
   * Ends every connection; call it when the handlers have been told to stop. grpc-js says when
   * it has shut down, but never does when a session was being destroyed at that moment: the
   * servers tell, when their last connection has ended.
   */
  async close(): Promise<void> {
    this.#forgetPacing();
    for (const connection of this.#connections.values()) connection.end();
    const listening = this.#servers.filter((server) => server.listening);
    const closed = Promise.all(listening.map((server) => once(server, 'close')));
    this.#server.tryShutdown(() => undefined);
    const timer = setTimeout(() => {
      this.#server.forceShutdown();
      for (const socket of this.#sockets) socket.destroy();
    }, 2 * LINGER_MS);
    await closed;
    clearTimeout(timer);
  }

  #bind({ address, credentials }: GrpcListenerOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(address, credentials, (error, port) => {
        if (error) {
          const text = `cannot listen on ${address}: ${error.message}; choose another address`;
          reject(new DmError('invalid_config', text, { cause: error }));
          return;
        }
        this.#port = port;
        try {
          for (const server of http2ServersOf(this.#server)) this.#watch(server);
          resolve();
        } catch (cause) {
          this.#server.forceShutdown();
          reject(cause);
        }
      });
    });
  }

  #watch(server: Http2Server): void {
    server.maxConnections = MAX_CONNECTIONS;
    this.#servers.push(server);
    server.prependListener('connection', (socket: Socket) => {
      this.#addresses.note(socket);
      if (this.#sockets.size >= CROWD) this.#dropHungUp();
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#carryPaced(server);
    // http2 announces a session from within the last of these events of its socket.
    for (const event of ['connection', 'secureConnection']) {
      server.prependListener(event, (socket: Socket) => {
        this.#arriving = socket;
      });
    }
    server.on('session', (session) => this.#begin(session));
    server.prependListener('stream', (stream, headers) => this.#mark(stream, headers));
    server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
      const address = this.#addresses.of(socket);
      const refusal = handshakeFailure(error, socket);
      if (refusal === null) this.#modules.onHungUp?.(address);
      else this.#modules.onRefused(address, refusal);
    });
  }

  /** Makes room among many connections: see `hungUpSockets`. */
  #dropHungUp(): void {
    const gone = new Set([...hungUpSockets(), ...hungUpUnixSockets()]);
    for (const { session, socket } of [...this.#sessions.values()]) {
      if (isOneOf(socket, gone)) destroySession(session, socket);
    }
  }

  /** HTTP/2 gets the connection through what holds it to the bandwidth rules. */
  #carryPaced(server: Http2Server): void {
    const { pacing } = this.#modules;
    // The first one is that of http2 itself.
    const [listener] = server.listeners('secureConnection');
    if (pacing === undefined || listener === undefined) return;
    server.removeListener('secureConnection', listener as (socket: Socket) => void);
    server.prependListener('secureConnection', (socket: Socket) => {
      const carrier = pacedCarrier(socket, pacing.pace(socket.remoteAddress ?? ''));
      if (carrier === socket) this.#unpaced.add(socket);
      Reflect.apply(listener, server, [carrier]);
    });
  }

  /**
   * A connection that cannot be held back is ended when a rule for it
   * has come: its caller connects again.
   */
  #followRules(): void {
    const { pacing } = this.#modules;
    for (const { session, socket } of [...this.#sessions.values()]) {
      const isRuled = pacing?.pace(socket.remoteAddress ?? '').isRuled() === true;
      if (isRuled && this.#unpaced.has(socket)) destroySession(session, socket);
      else this.#openWindow(session, socket);
    }
  }

  #openWindow(session: ServerHttp2Session, socket: Socket): void {
    const rate = this.#modules.pacing?.pace(socket.remoteAddress ?? '').rate() ?? null;
    if (!session.destroyed) applyServerWindow(session, Math.min(this.#window, windowAt(rate)));
  }

  #begin(session: ServerHttp2Session): void {
    const socket = this.#arriving ?? (session.socket as Socket);
    const address = this.#addresses.of(socket);
    try {
      const connection: ServerConnection<State> = {
        id: String(this.#nextId++),
        address,
        state: this.#modules.admit(socket, address),
        end: () => endSession(session, socket),
        probe: (hungUp) => {
          const isGone = hasLostPeer(socket) || isOneOf(socket, hungUp);
          if (isGone) destroySession(session, socket);
          return isGone;
        },
      };
      session.settings({ maxHeaderListSize: MAX_HEADER_BYTES });
      this.#openWindow(session, socket);
      this.#sessions.set(connection.id, { session, socket });
      this.#ids.set(session, connection.id);
      this.#connections.set(connection.id, connection);
      session.once('close', () => {
        this.#connections.delete(connection.id);
        this.#sessions.delete(connection.id);
        this.#modules.onClosed?.(connection);
      });
    } catch (error) {
      destroySession(session, socket);
      this.#modules.onRefused(address, error as Error);
    }
  }

  #mark(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    respondIfOpen(stream);
    const session = stream.session as ServerHttp2Session | undefined;
    const id = session && this.#ids.get(session);
    headers[CONNECTION_HEADER] = id ?? 'none';
    const connection = id === undefined ? undefined : this.#connections.get(id);
    if (session === undefined || connection === undefined) return;
    this.#meter.watch(stream, session, this.#modules.ownerOf(connection.state));
  }
}

function endSession(session: ServerHttp2Session, socket: Socket): void {
  if (!session.destroyed) session.close();
  const timer = setTimeout(() => destroySession(session, socket), LINGER_MS);
  timer.unref();
  session.once('close', () => clearTimeout(timer));
}

/**
 * A session that is destroyed waits for the write that is under way, and when the peer vanished
 * during one, Node waits for ever. Its socket ends that.
 */
function destroySession(session: ServerHttp2Session, socket: Socket): void {
  session.destroy();
  socket.destroy();
}

/**
 * grpc-js hides the http2 servers it makes, and nothing public leads to the sessions whose windows
 * must be set and whose certificates must be checked. Better not to start than to serve without.
 */
function http2ServersOf(server: Server): Http2Server[] {
  const { http2Servers } = server as unknown as { http2Servers?: unknown };
  const servers = http2Servers instanceof Map ? [...http2Servers.keys()] : [];
  if (servers.length === 0) {
    throw new DmError(
      'internal',
      'this release of grpc-js is not known here; install the locked one',
    );
  }
  return servers as Http2Server[];
}
