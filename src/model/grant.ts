import type { SpkiFingerprint } from './ids.js';
import type { PeerRight } from './peer-right.js';

/** Whom a grant is for; a plain value that can be stored as JSON. */
export type GrantIdentity =
  /** A public key, across renewals. */
  | { readonly kind: 'key'; readonly spki: SpkiFingerprint }
  /** One certificate: its SHA-256, 64 lower-case hex digits. */
  | { readonly kind: 'certificate'; readonly fingerprint: string }
  /**
   * Whoever has this common name from this CA; the CA's key, so that a
   * renewed CA certificate is the same one.
   */
  | {
      readonly kind: 'name';
      readonly commonName: string;
      readonly caSpki: SpkiFingerprint;
      readonly caName: string;
    };

/** Rights of one identity at and below one directory. The rights of all its grants add up. */
export interface Grant {
  readonly id: number;
  readonly identity: GrantIdentity;
  /** Absolute path without a slash at the end, base64. */
  readonly root: string;
  /** Empty for a grant of nothing. */
  readonly allow: readonly PeerRight[];
  readonly createdAtMs: number;
}
