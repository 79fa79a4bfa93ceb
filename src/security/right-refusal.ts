import { DmError, type ErrorData } from '../model/error.js';
import type { PeerRight } from '../model/peer-right.js';
import { escapePath } from '../util/escape.js';

/** Who is refused: how people know it, and how a grant names it. */
export interface RefusedParty {
  readonly description: string;
  /** `spki:` and the public key's SHA-256. */
  readonly identity: string;
}

/**
 * The refusal of a call for want of a right, at a path where the call is about
 * one. Its data says what a grant would need.
 */
export function rightRefused(
  party: RefusedParty,
  right: PeerRight,
  path: Uint8Array | null,
): DmError {
  const where = path === null ? '' : ` at ${escapePath(path)}`;
  const data: ErrorData = {
    right,
    identity: party.identity,
    ...(path !== null && { path: escapePath(path) }),
  };
  return new DmError(
    'refused',
    `${party.description} may not ${right}${where} here; the serving agent allows it with a grant within its --peer-access`,
    { data },
  );
}
