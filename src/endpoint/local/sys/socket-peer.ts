import { lastError } from './errno.js';
import { bind } from './libc.js';

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
/** struct ucred: pid, uid, gid. */
const UCRED_BYTES = 12;
const UID_OFFSET = 4;

const getsockopt = bind<
  (fd: number, level: number, name: number, value: Buffer, length: Buffer) => number
>('getsockopt', 'int', ['int', 'int', 'int', 'pointer', 'pointer']);

/** Uid of the process at the other end of a connected Unix socket, as it was when it connected. */
export function peerUid(socketFd: number): number {
  const credentials = Buffer.alloc(UCRED_BYTES);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(UCRED_BYTES);
  if (getsockopt(socketFd, SOL_SOCKET, SO_PEERCRED, credentials, length) !== 0) {
    throw lastError('getsockopt');
  }
  return credentials.readUInt32LE(UID_OFFSET);
}
