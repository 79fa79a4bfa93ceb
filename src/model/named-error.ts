import { escapePath } from '../util/escape.js';
import { DmError } from './error.js';

/** `error` with what it is about in front, unless it begins with that; a cancel stays as it is. */
export function namedError(error: DmError, name: string): DmError {
  const { code, message, data } = error;
  if (code === 'cancelled' || message.startsWith(`${name}: `)) return error;
  return new DmError(code, `${name}: ${message}`, { data, cause: error });
}

/** The same for a path, which the message may name anywhere. */
export function errorAtPath(error: DmError, path: Uint8Array): DmError {
  const text = escapePath(path);
  return text === '' || error.message.includes(text) ? error : namedError(error, text);
}
