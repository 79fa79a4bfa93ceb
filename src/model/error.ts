import { ERROR_CODES, type ErrorCode } from './error-codes.js';

/** What an error is about, for scripts: plain values only, never a secret. */
export type ErrorData = Readonly<Record<string, string | number | boolean>>;

/**
 * The one error type of the project. `message` names the object, the path and the remedy
 * ("what and which object; what to do"); `code` is stable and documented in docs/errors.md.
 */
export class DmError extends Error {
  readonly code: ErrorCode;
  readonly data: ErrorData;

  constructor(
    code: ErrorCode,
    message: string,
    options: { data?: ErrorData; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DmError';
    this.code = code;
    this.data = options.data ?? {};
  }

  get exitCode(): number {
    return ERROR_CODES[this.code].exit;
  }

  /** True when the job queue may try the same thing again later. */
  get transient(): boolean {
    return ERROR_CODES[this.code].retry === 'transient';
  }
}

const FULL: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'no_space',
  EDQUOT: 'quota_exceeded',
};

/** What to do about failed calls of Node's own fs that say what is wrong. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'free space or inodes',
  EDQUOT: 'raise the quota or free space',
  EROFS: 'mount the file system writable',
};

const EDQUOT = 122;

/**
 * The code of a failed call of Node's own fs: as its `code`, but for
 * EDQUOT, which libuv has no name for.
 */
export function callCode(error: Error): string {
  if ('errno' in error && error.errno === -EDQUOT) return 'EDQUOT';
  return 'code' in error ? String(error.code) : '';
}

/**
 * What a failed call of Node's own fs means: `no_space` and
 * `quota_exceeded` where it says so, else `io_error`.
 */
export function callErrorCode(error: unknown): ErrorCode {
  return (error instanceof Error ? FULL[callCode(error)] : undefined) ?? 'io_error';
}

/**
 * The message of a failed call of Node's own fs, without the descriptors of this process that paths
 * begin with: what follows them is told, and nobody else can look them up.
 */
export function callText(error: Error): string {
  return error.message.replaceAll(/'\/proc\/self\/fd\/\d+(\/[^']*)?'/g, (_path, below?: string) =>
    below === undefined ? 'a directory' : `'…${below}'`,
  );
}

/**
 * `error` itself when it is ours. An abort becomes `cancelled`, a failed system call `io_error`, or
 * `no_space` and `quota_exceeded` where it says so, and anything else `internal`.
 * The message ends with what to do where the call tells.
 */
export function asDmError(error: unknown, doing: string): DmError {
  if (error instanceof DmError) return error;
  if (error instanceof Error && error.name === 'AbortError') {
    return new DmError('cancelled', `${doing}: stopped on request`, { cause: error });
  }
  const text = error instanceof Error ? callText(error) : String(error);
  const isCall = error instanceof Error && 'syscall' in error && 'code' in error;
  const code = isCall ? callErrorCode(error) : 'internal';
  const remedy = isCall ? REMEDIES[callCode(error)] : undefined;
  const message = `${doing}: ${text}${remedy === undefined ? '' : `; ${remedy}`}`;
  return new DmError(code, message, { cause: error });
}
