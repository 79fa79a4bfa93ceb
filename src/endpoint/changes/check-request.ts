import { DmError } from '../../model/error.js';
import type { ChangesRequest } from '../source.js';

const MAX_LANES = 16;

/** Throws `invalid_argument` for a request that no source takes. */
export function checkRequest({ base, subpaths, lanes, resume }: ChangesRequest): void {
  const refuse = (why: string): DmError =>
    new DmError('invalid_argument', `stream of changes: ${why}; correct the request`);
  if (!Number.isInteger(lanes) || lanes < 1 || lanes > MAX_LANES) {
    throw refuse(`${lanes} lanes are not 1 to ${MAX_LANES}`);
  }
  if (base !== null && subpaths.length > 0) throw refuse('subpaths go without a base');
  if (resume !== null && (resume.lanes !== lanes || resume.tokens.length !== lanes)) {
    throw refuse(`it resumes a stream of ${resume.lanes} lanes with ${lanes}`);
  }
}
