import { errno as lastErrno, os } from 'koffi';
import { printable } from '../../../model/entry-name.js';
import { asDmError, DmError } from '../../../model/error.js';
import type { ErrorCode } from '../../../model/error-codes.js';

const CODES = new Map<number, string>();
for (const [code, number] of Object.entries(os.errno)) {
  // EWOULDBLOCK and ENOTSUP share their numbers with EAGAIN and EOPNOTSUPP.
  if (code !== 'EWOULDBLOCK' && code !== 'ENOTSUP') CODES.set(number, code);
}

const ALIASES: Readonly<Record<string, string>> = { EWOULDBLOCK: 'EAGAIN', ENOTSUP: 'EOPNOTSUPP' };

/**
 * A system call that failed. It carries no stack: many of them are expected (is there a file of
 * this name?) and collecting a stack would cost more than the call.
 */
export class SysError extends Error {
  readonly errno: number;
  /** As in errno.h, for instance `ENOENT`; `EOPNOTSUPP` also stands for `ENOTSUP`. */
  readonly code: string;
  readonly syscall: string;

  constructor(syscall: string, errno: number) {
    const code = CODES.get(errno) ?? `errno ${errno}`;
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(`${syscall}: ${code}`);
    Error.stackTraceLimit = limit;
    this.name = 'SysError';
    this.errno = errno;
    this.code = code;
    this.syscall = syscall;
  }
}

/**
 * What the system call that has just returned -1 failed with; to be asked before any other call.
 */
export function lastError(syscall: string): SysError {
  return new SysError(syscall, lastErrno());
}

/** Whether the system call that has just returned -1 says that there is no such entry. */
export function lastErrorIsAbsence(): boolean {
  return lastErrno() === os.errno.ENOENT;
}

/** A failure that the kernel did not report itself, such as a symlink met by our own path walk. */
export function sysError(syscall: string, code: string): SysError {
  return new SysError(syscall, os.errno[code] ?? 0);
}

/**
 * True when `error` is a failed system call with one of `codes`
 * (`ENOTSUP` and `EOPNOTSUPP` are one).
 */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  if (!(error instanceof SysError)) return false;
  for (const code of codes) {
    if (error.code === (ALIASES[code] ?? code)) return true;
  }
  return false;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly remedy: string;
}

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOENT: { code: 'not_found', remedy: 'it is not there (any more)' },
  ENOSPC: { code: 'no_space', remedy: 'the file system is full; free space or inodes' },
  EDQUOT: { code: 'quota_exceeded', remedy: 'a quota is used up; raise it or free space' },
  EROFS: { code: 'io_error', remedy: 'the file system is read-only; mount it writable' },
  EIO: { code: 'io_error', remedy: 'the device failed; look at the kernel log' },
  EUCLEAN: { code: 'io_error', remedy: 'the file system is damaged; check it' },
  EBADMSG: { code: 'io_error', remedy: 'the file system is damaged; check it' },
  EMFILE: { code: 'io_error', remedy: 'too many open files; raise the limit (ulimit -n)' },
  ENFILE: { code: 'io_error', remedy: 'too many open files on this host; raise fs.file-max' },
  ELOOP: { code: 'path_outside_roots', remedy: 'a symlink is in the way; give the real path' },
  EXDEV: {
    code: 'target_unsuitable',
    remedy: 'another file system, subvolume or project quota is below',
  },
  EOPNOTSUPP: { code: 'not_supported', remedy: 'the file system cannot do this' },
  ENOSYS: { code: 'not_supported', remedy: 'the kernel cannot do this' },
};

/**
 * What a failed system call means for the operator. `doing` is a verb phrase ("read",
 * "create the directory"), `path` the object as the operator knows it. `denied` is the
 * code for EACCES and EPERM: `unreadable` at a source, `target_immutable` or another one
 * at a target. Our own errors pass unchanged.
 */
export function sysToDm(
  error: unknown,
  doing: string,
  path: string | Uint8Array,
  denied: ErrorCode = 'unreadable',
): DmError {
  const shown = typeof path === 'string' ? `"${path}"` : printable(path);
  if (!(error instanceof SysError)) return asDmError(error, `${doing} ${shown}`);
  const data = { errno: error.code, syscall: error.syscall };
  const meaning = MEANINGS[error.code];
  if (meaning !== undefined) {
    const text = `cannot ${doing} ${shown}: ${meaning.remedy} (${error.code})`;
    return new DmError(meaning.code, text, { data, cause: error });
  }
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    const text = `cannot ${doing} ${shown}: not permitted; check owner, mode and attributes (${error.code})`;
    return new DmError(denied, text, { data, cause: error });
  }
  return new DmError('io_error', `cannot ${doing} ${shown}: ${error.message}`, {
    data,
    cause: error,
  });
}
