import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DmError } from '../model/error.js';

/** One connection is one scraper; more than a few are a mistake or worse. */
const MAX_CONNECTIONS = 32;
const REQUEST_MS = 10_000;
const IDLE_MS = 5_000;

export interface HttpServerModules {
  readonly metrics: () => Promise<{ contentType: string; body: string }>;
  /** Why the agent cannot do its work now; null when it can. */
  readonly unready: () => Promise<string | null>;
  readonly onUnexpected: (path: string, error: unknown) => void;
}

/**
 * `/metrics`, `/healthz` and `/readyz` for whoever may connect: nothing here
 * is secret, and nothing changes anything.
 */
export class HttpServer implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Serves when it resolves. Throws `invalid_config` for an address that cannot be bound. */
  static async open(
    options: { host: string; port: number },
    modules: HttpServerModules,
  ): Promise<HttpServer> {
    const server = createServer(
      { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, keepAliveTimeout: IDLE_MS },
      (request, response) => {
        const path = (request.url ?? '').split('?', 1)[0] ?? '';
        if (request.method !== 'GET' && request.method !== 'HEAD') {
          answer(response, 405, 'only GET\n');
          return;
        }
        serve(path, response, modules).catch((error: unknown) => {
          modules.onUnexpected(path, error);
          if (!response.headersSent) answer(response, 500, 'failed; see the log of the agent\n');
          else response.destroy();
        });
      },
    );
    server.maxConnections = MAX_CONNECTIONS;
    const { host, port } = options;
    try {
      server.listen(port, host.replace(/^\[|\]$/g, ''));
      await once(server, 'listening');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new DmError(
        'invalid_config',
        `http ${host}:${port} cannot be served (${reason}); give another --http`,
        { cause: error },
      );
    }
    return new HttpServer(server);
  }

  /** Bound "host:port". */
  get address(): string {
    const { address, port, family } = this.#server.address() as AddressInfo;
    return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function serve(
  path: string,
  response: ServerResponse,
  modules: HttpServerModules,
): Promise<void> {
  switch (path) {
    case '/metrics': {
      const { contentType, body } = await modules.metrics();
      answer(response, 200, body, contentType);
      return;
    }
    case '/healthz':
      answer(response, 200, 'ok\n');
      return;
    case '/readyz': {
      const reason = await modules.unready();
      if (reason === null) answer(response, 200, 'ready\n');
      else answer(response, 503, `${reason}\n`);
      return;
    }
    default:
      answer(response, 404, '/metrics, /healthz, /readyz\n');
  }
}

function answer(
  response: ServerResponse,
  status: number,
  body: string,
  contentType = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': contentType, 'x-content-type-options': 'nosniff' });
  response.end(body);
}
