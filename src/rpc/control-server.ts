import type { Socket } from 'node:net';
import { ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { DmError } from '../model/error.js';
import type { ControlService } from './control-service.js';
import { pagesOf } from './dataset-pages.js';
import { GrpcListener } from './grpc-listener.js';
import { controlDefinition } from './proto.js';
import { type RunningCall, ServerCalls } from './server-call.js';
import { checkSocketCaller, type PeerUid } from './socket-caller.js';
import { type PlacedSocket, placeSocket } from './unix-socket.js';

export interface ControlServerOptions {
  readonly path: string;
}

export interface ControlServerModules {
  readonly service: ControlService;
  /**
   * Uid of the process at the other end of a connected Unix socket (SO_PEERCRED).
   * Only this agent's own user and root are served. Without it the modes of socket
   * and directory are the whole protection.
   */
  readonly peerUid?: PeerUid;
  readonly onRefused: (who: string, error: Error) => void;
  /** Told of each failure that is a defect of the program, for the log. */
  readonly onUnexpected: (method: string, error: unknown) => void;
}

type AnyHandler = (
  request: never,
  signal: AbortSignal,
) => Promise<unknown> | AsyncIterable<unknown>;

/** Serves the Control service on a Unix socket of mode 0600. */
export class ControlServer implements AsyncDisposable {
  readonly #modules: ControlServerModules;
  readonly #running = new Set<RunningCall>();
  #listener: GrpcListener<null> | null = null;
  #socket: PlacedSocket | null = null;

  private constructor(modules: ControlServerModules) {
    this.#modules = modules;
  }

  /** Serves when it resolves. Replaces a socket nobody listens on; `in_use` when somebody does. */
  static async open(
    options: ControlServerOptions,
    modules: ControlServerModules,
  ): Promise<ControlServer> {
    const server = new ControlServer(modules);
    server.#socket = await placeSocket(options.path, (path) => server.#listen(path));
    return server;
  }

  /** Stops calls that run with `shutting_down`, then closes. */
  async close(): Promise<void> {
    const stopping = new DmError('shutting_down', 'the agent is stopping; start it again');
    for (const call of this.#running) call.stop(stopping);
    await this.#listener?.close();
    await this.#socket?.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #listen(path: string): Promise<void> {
    const service = controlDefinition();
    this.#listener = await GrpcListener.open<null>(
      { address: `unix:${path}`, credentials: ServerCredentials.createInsecure() },
      {
        service,
        handlers: this.#handlers(),
        admit: (socket) => this.#admit(socket),
        ownerOf: () => 'local',
        onRefused: this.#modules.onRefused,
      },
    );
  }

  #handlers(): UntypedServiceImplementation {
    const calls = new ServerCalls<string, null>(
      (_method, call, run) => this.#guard(call, run),
      this.#modules.onUnexpected,
    );
    const handlers: UntypedServiceImplementation = {};
    for (const [name, { responseStream, originalName }] of Object.entries(controlDefinition())) {
      const handler = this.#handler(originalName ?? name);
      handlers[name] = responseStream
        ? calls.stream(name, (request, _context, signal) =>
            iterable(handler(request as never, signal)),
          )
        : calls.unary(name, async (request, _context, signal) => handler(request as never, signal));
    }
    return handlers;
  }

  #handler(name: string): AnyHandler {
    const { service } = this.#modules;
    if (name === 'listDatasetPages') {
      return (request, signal) =>
        pagesOf((onWarning) => service.listDatasets(request, signal, onWarning));
    }
    const handlers = service as unknown as Record<string, AnyHandler | undefined>;
    const handler = handlers[name];
    if (handler === undefined) throw new Error(`no handler for the control method ${name}`);
    return (request, signal) => handler.call(service, request, signal);
  }

  async #guard<T>(call: RunningCall, run: (context: null) => Promise<T>): Promise<T> {
    this.#running.add(call);
    try {
      return await run(null);
    } finally {
      this.#running.delete(call);
    }
  }

  #admit(socket: Socket): null {
    const { peerUid } = this.#modules;
    if (peerUid !== undefined) checkSocketCaller(socket, peerUid);
    return null;
  }
}

function iterable(replies: Promise<unknown> | AsyncIterable<unknown>): AsyncIterable<unknown> {
  if (Symbol.asyncIterator in replies) return replies;
  throw new Error('a streaming control method must return an async iterable');
}
