import { chmod, lstat, rename, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { DmError } from '../model/error.js';

/** Room in a socket address for a path, less the suffix used while binding. */
const MAX_PATH_BYTES = 107;
const BINDING = '.new';

/** Where a Unix socket was put, and how to take it away. */
export interface PlacedSocket {
  /** Removes the socket file, unless another program has put its own there since. */
  remove(): Promise<void>;
}

/**
 * Has `bind` listen at a path of its own, gives the socket mode 0600 and moves it to `path` in one
 * step: nobody can connect before the mode is right, and a socket left behind by a dead agent is
 * replaced. Throws `in_use` when somebody listens at `path`.
 */
export async function placeSocket(
  path: string,
  bind: (temporaryPath: string) => Promise<void>,
): Promise<PlacedSocket> {
  const temporary = path + BINDING;
  if (Buffer.byteLength(temporary) > MAX_PATH_BYTES) {
    throw new DmError(
      'invalid_config',
      `socket path ${path} is longer than ${MAX_PATH_BYTES - BINDING.length} bytes; choose a shorter one`,
    );
  }
  await refuseForeign(path);
  await rm(temporary, { force: true });
  await bind(temporary);
  await chmod(temporary, 0o600);
  const { ino } = await stat(temporary);
  await rename(temporary, path);
  return {
    remove: async () => {
      const now = await lstat(path).catch(ifAbsent);
      if (now?.ino === ino) await rm(path, { force: true });
    },
  };
}

async function refuseForeign(path: string): Promise<void> {
  const found = await lstat(path).catch(ifAbsent);
  if (found === null) return;
  if (!found.isSocket()) {
    throw new DmError(
      'invalid_config',
      `${path} exists and is no socket; remove it or choose another path`,
    );
  }
  if (await isListening(path)) {
    throw new DmError('in_use', `another agent listens on ${path}; stop it or choose another path`);
  }
}

function ifAbsent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      else reject(error);
    });
  });
}
