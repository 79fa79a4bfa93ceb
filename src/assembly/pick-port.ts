import { createServer } from 'node:net';
import { DmError } from '../model/error.js';

/**
 * `port` if it is free on `host`, or any free one for port 0; `invalid_config` otherwise. It is
 * for a listener that opens later: the agent tells its address when it starts, which may be long
 * before it has the certificates to listen with.
 */
export function pickPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause) =>
      reject(
        new DmError(
          'invalid_config',
          `cannot listen on ${host}:${port}: ${cause.message}; choose another address`,
          { cause },
        ),
      ),
    );
    server.listen({ host: host.replace(/^\[|\]$/g, ''), port }, () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      );
    });
  });
}
