import { asDmError, DmError } from '../../../../model/error.js';

const GONE = new Set(['EIO', 'ESTALE', 'ENODEV', 'ENXIO', 'ENOTCONN', 'EHOSTDOWN', 'ETIMEDOUT']);
const REFUSED = new Set(['EACCES', 'EPERM', 'EROFS', 'ELOOP']);
const MISFIT = new Set(['ENOTDIR', 'EISDIR', 'EEXIST', 'ENOTEMPTY']);

/** The one classifier of failed system calls on a directory account. `what` names the object or the directory. */
export function directoryError(error: unknown, what: string): DmError {
  const code = errorCode(error);
  if (code === 'ENOENT') {
    return new DmError('not_found', `${what} does not exist`, { cause: error });
  }
  if (code !== null && GONE.has(code)) {
    return new DmError(
      'store_unreachable',
      `${what}: the file system does not answer (${code}); check that it is mounted and its disk or server is well`,
      { cause: error },
    );
  }
  if (code !== null && REFUSED.has(code)) {
    const why = code === 'ELOOP' ? 'a symbolic link is in the way' : code;
    return new DmError(
      'store_refused',
      `${what}: not allowed (${why}); check owner, mode and mount options of the directory`,
      { cause: error },
    );
  }
  if (code !== null && MISFIT.has(code)) {
    return new DmError(
      'store_refused',
      `${what}: a file and a directory would need the same name (${code}); use another base path`,
      { cause: error },
    );
  }
  return asDmError(error, what);
}

/** The errno name of a failed system call. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null;
}
