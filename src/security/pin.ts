import { DmError } from '../model/error.js';
import { parseSpkiFingerprint, type SpkiFingerprint } from '../model/ids.js';
import type { PeerIdentity } from './trust.js';

/** What an account remembers of its peer; a plain value that can be stored as JSON. */
export interface Pin {
  /** The accepted public keys: the peer's, and those it will change to. */
  readonly keys: readonly [SpkiFingerprint, ...SpkiFingerprint[]];
  /**
   * The public key of the CA that vouched; null when the pin was given by
   * hand and no contact was made since.
   */
  readonly caSpki: SpkiFingerprint | null;
  /** Milliseconds since 1970. */
  readonly pinnedAt: number;
}

/** The pin that an operator gives as `FP[,NEXT…]`; the CA is learned at the next contact. */
export function parsePin(text: string, now: Date): Pin {
  const [first = '', ...next] = text.split(',').map((part) => part.trim());
  return {
    keys: [parseSpkiFingerprint(first), ...next.map(parseSpkiFingerprint)],
    caSpki: null,
    pinnedAt: now.getTime(),
  };
}

/**
 * Compares a verified peer with the pin of the account of that name. `match`: nothing to do.
 * `learned`: the key, or the CA of a pin given by hand, was not known yet; store `learnedPin`.
 * Throws `peer_key_mismatch` when key or CA is another.
 */
export function checkPin(
  pin: Pin | null,
  identity: PeerIdentity,
  account: string,
): 'learned' | 'match' {
  if (pin === null) return 'learned';
  if (!pin.keys.includes(identity.spki)) {
    throw mismatch(
      'key',
      identity,
      account,
      `has the public key ${identity.spki}, but the account is pinned to ${pin.keys.join(' or ')}`,
    );
  }
  if (pin.caSpki === null) return 'learned';
  if (pin.caSpki !== identity.caSpki) {
    throw mismatch(
      'ca',
      identity,
      account,
      'has the pinned public key, but another CA vouches for it than when it was pinned',
    );
  }
  return 'match';
}

/** What to store after `checkPin` said `learned`: keys given by hand stay as they are. */
export function learnedPin(pin: Pin | null, identity: PeerIdentity, now: Date): Pin {
  return {
    keys: pin?.keys ?? [identity.spki],
    caSpki: identity.caSpki,
    pinnedAt: pin?.pinnedAt ?? now.getTime(),
  };
}

function mismatch(
  what: 'key' | 'ca',
  identity: PeerIdentity,
  account: string,
  problem: string,
): DmError {
  const name = identity.commonName ?? identity.certificateFingerprint;
  return new DmError(
    'peer_key_mismatch',
    `peer "${name}" ${problem}; if its administrator confirms the change, run "dm accounts modify ${account} --peer-fingerprint=${what === 'key' ? identity.spki : 'relearn'}"`,
    { data: { what, spki: identity.spki, ca_fingerprint: identity.caFingerprint } },
  );
}
