import { asDmError, DmError, type ErrorData } from '../model/error.js';
import type { ErrorCode } from '../model/error-codes.js';

/** An error as it crosses a thread boundary, where class instances lose their type. */
export interface ThreadError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly data: ErrorData;
  /** Where it was raised and why, for the log. */
  readonly stack: string;
}

/** `doing` names the task, for errors that are not ours. */
export function serialiseError(error: unknown, doing: string): ThreadError {
  const own = asDmError(error, doing);
  const origin = own.cause instanceof Error ? own.cause : own;
  return { code: own.code, message: own.message, data: own.data, stack: origin.stack ?? '' };
}

/** The error with its code, message and data; what happened in the other thread is its cause. */
export function parseError(error: ThreadError): DmError {
  const cause = new Error('raised in a worker thread');
  cause.stack = error.stack;
  return new DmError(error.code, error.message, { data: error.data, cause });
}
