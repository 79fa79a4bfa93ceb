import { printable } from '../../../model/entry-name.js';
import { callCode, DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import type { FileFailure } from '../../receive/file-failure.js';
import { SysError, sysToDm } from '../sys/errno.js';

/** Faults of the ground or of the whole stream: nothing else will go better. */
const FATAL = new Set([
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'EROFS',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'EUCLEAN',
]);

/** What `error` means for one file; throws it, as a DmError, when it is not about this file only. */
export function failureOf(gfid: Gfid, error: unknown, name: Uint8Array): FileFailure {
  if (!(error instanceof SysError)) throw error;
  const told = sysToDm(error, 'write', name, 'target_immutable');
  if (FATAL.has(error.code)) throw told;
  return { gfid, code: told.code === 'not_found' ? 'io_error' : told.code, message: told.message };
}

/** A failed system call of the whole session, in words. `path` is what the operator knows of it. */
export function sessionError(error: unknown, doing: string, path: Uint8Array): DmError {
  if (error instanceof DmError) return error;
  const { syscall } = error as NodeJS.ErrnoException;
  if (error instanceof SysError || typeof syscall !== 'string') return sysToDm(error, doing, path);
  const code = callCode(error as Error);
  const what = `cannot ${doing} ${printable(path)}`;
  if (code === 'ENOSPC') {
    return new DmError('no_space', `${what}: the file system is full; free space`, {
      cause: error,
    });
  }
  if (code === 'EDQUOT') {
    return new DmError('quota_exceeded', `${what}: a quota is used up; raise it`, {
      cause: error,
    });
  }
  if (code === 'EROFS') {
    return new DmError(
      'io_error',
      `${what}: its file system is mounted read-only; mount it writable`,
      { cause: error },
    );
  }
  // Node's own text names the agent's descriptors instead of paths.
  return new DmError('io_error', `${what}: ${syscall} failed with ${code}`, { cause: error });
}
