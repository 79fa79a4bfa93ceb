import { DmError } from '../../model/error.js';

/** What no source sends. */
export function malformed(what: string): DmError {
  return new DmError('protocol_error', `change stream: ${what}`);
}
