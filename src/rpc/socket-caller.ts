import type { Socket } from 'node:net';
import { DmError } from '../model/error.js';

/** Uid of the process at the other end of a connected Unix socket (SO_PEERCRED). */
export type PeerUid = (fd: number) => number;

/**
 * Lets only this agent's own user and root in at a Unix socket; throws `refused`. File modes
 * protect the socket as well, but a directory can be opened up by mistake.
 */
export function checkSocketCaller(socket: Socket, peerUid: PeerUid): void {
  const own = process.getuid?.();
  const uid = peerUid(descriptorOf(socket));
  if (uid === own || uid === 0) return;
  throw new DmError('refused', `uid ${uid} may not control this agent; use uid ${own} or root`);
}

/** Node keeps the descriptor of a socket to itself; nothing else says who is at the other end. */
function descriptorOf(socket: Socket): number {
  const { _handle } = socket as unknown as { _handle?: { fd?: unknown } };
  if (typeof _handle?.fd === 'number' && _handle.fd >= 0) return _handle.fd;
  throw new DmError('internal', 'the caller of a local connection cannot be told');
}
