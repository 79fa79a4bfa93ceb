import type { Socket } from 'node:net';

/**
 * True when the kernel knows that the other end of a TCP connection is gone. Node may not: a TLS socket under HTTP/2
 * that meets EPIPE while it writes loses that error and reads no more (seen on Node 20), which leaves only the keepalive,
 * a minute later.
 */
export function hasLostPeer(socket: Socket): boolean {
  const { _handle } = socket as unknown as { _handle?: { getpeername?: unknown } | null };
  const getpeername = _handle?.getpeername;
  return typeof getpeername === 'function' && getpeername.call(_handle, {}) !== 0;
}
