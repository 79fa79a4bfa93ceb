import { isErrno, lastError } from './errno.js';
import { bind } from './libc.js';

const libcFlock = bind<(fd: number, operation: number) => number>('flock', 'int', ['int', 'int']);
const LOCK_EX = 2;
const LOCK_NB = 4;

/**
 * Takes the exclusive lock (flock) of what `fd` holds open; false when somebody
 * else has it. It belongs to this opening of it and ends when that is closed, also
 * by the end of the process, however that comes.
 */
export function tryLock(fd: number): boolean {
  if (libcFlock(fd, LOCK_EX | LOCK_NB) !== -1) return true;
  const error = lastError('flock');
  if (isErrno(error, 'EAGAIN')) return false;
  throw error;
}
