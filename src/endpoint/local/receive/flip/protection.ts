import { FLAG_APPEND, FLAG_IMMUTABLE } from '../../../../model/inode-flags.js';
import { getFlags, setFlags } from '../../sys/attributes.js';
import { isErrno } from '../../sys/errno.js';
import { close, O_RDONLY, openAt } from '../../sys/open.js';

const PROTECTING = FLAG_APPEND | FLAG_IMMUTABLE;

/** An entry of a directory; both may be protected by +i or +a. */
export interface ProtectedEntry {
  readonly dirFd: number;
  readonly name: Uint8Array;
}

/**
 * Does `action`; when that is not permitted, once more after +i and +a were cleared on the entries and their
 * directories. What they should have is set at the end of the flip.
 */
export function despiteProtection(entries: readonly ProtectedEntry[], action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!isErrno(error, 'EPERM', 'EACCES')) throw error;
    let cleared = false;
    for (const { dirFd, name } of entries) {
      cleared = clearProtection(dirFd) || cleared;
      cleared = clearEntry(dirFd, name) || cleared;
    }
    if (!cleared) throw error;
    action();
  }
}

/** Clears +i and +a of an open file or directory; false when neither was set or it is not allowed. */
export function clearProtection(fd: number): boolean {
  const flags = getFlags(fd);
  if ((flags & PROTECTING) === 0) return false;
  try {
    setFlags(fd, flags & ~PROTECTING);
    return true;
  } catch (error) {
    if (isErrno(error, 'EPERM', 'EACCES', 'EOPNOTSUPP')) return false;
    throw error;
  }
}

function clearEntry(dirFd: number, name: Uint8Array): boolean {
  let fd: number;
  try {
    fd = openAt(dirFd, name, O_RDONLY);
  } catch (error) {
    // Only regular files and directories can be protected.
    if (isErrno(error, 'ENOENT', 'ELOOP', 'ENXIO', 'ENODEV', 'EACCES', 'EPERM')) return false;
    throw error;
  }
  try {
    return clearProtection(fd);
  } finally {
    close(fd);
  }
}
