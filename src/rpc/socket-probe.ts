import { readFileSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';

const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];
/** Columns of these tables. */
const STATE = 3;
const INODE = 9;
const CLOSE_WAIT = '08';
/**
 * A connected Unix socket that nothing but its own descriptor refers to: its other end is closed.
 */
const LONE_UNIX = /^\S+ 00000002 \S+ \S+ 0001 03 +(\d+)/;

interface SocketInternals {
  readonly _handle?: { readonly getpeername?: unknown; readonly fd?: unknown } | null;
}

/**
 * True when the kernel knows that the other end of a TCP connection is gone. Node may not: a TLS
 * socket under HTTP/2 that meets EPIPE while it writes loses that error and reads no more (seen on
 * Node 20), which leaves only the keepalive, a minute later.
 */
export function hasLostPeer(socket: Socket): boolean {
  const { _handle } = socket as unknown as SocketInternals;
  const getpeername = _handle?.getpeername;
  return typeof getpeername === 'function' && getpeername.call(_handle, {}) !== 0;
}

/**
 * The sockets of this process whose other end has hung up, by inode. Node may not know
 * that either: once it has ended a session for a frame that is not allowed it reads no
 * more, and never sees that the peer hangs up.
 */
export function hungUpSockets(tables: readonly string[] = TABLES): ReadonlySet<string> {
  const columns = tables.flatMap(rowsOf).map((row) => row.trim().split(/\s+/));
  return new Set(
    columns.flatMap((row) => (row[STATE] === CLOSE_WAIT ? [`socket:[${row[INODE]}]`] : [])),
  );
}

/** The same of Unix sockets. */
export function hungUpUnixSockets(): ReadonlySet<string> {
  const inodes = rowsOf('/proc/self/net/unix').map((row) => LONE_UNIX.exec(row)?.[1]);
  return new Set(inodes.flatMap((inode) => (inode === undefined ? [] : [`socket:[${inode}]`])));
}

/**
 * None where the kernel has no such table: it has none of TCP over IPv6 where that is switched off.
 */
function rowsOf(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
}

/** Whether a socket is one of these. */
export function isOneOf(socket: Socket, inodes: ReadonlySet<string>): boolean {
  const { _handle } = socket as unknown as SocketInternals;
  const fd = _handle?.fd;
  if (inodes.size === 0 || typeof fd !== 'number' || fd < 0) return false;
  return inodes.has(readlinkSync(`/proc/self/fd/${fd}`));
}
