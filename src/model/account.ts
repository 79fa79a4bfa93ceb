import type { CompressionMode } from './compression.js';
import type { AccountId, SpkiFingerprint } from './ids.js';
import type { ObjectAccount } from './object-account.js';

/** What an operator configured. The local and loopback accounts are not stored. */
export type Account = PeerAccount | ObjectAccount;

/** The public keys and the CA that a peer is known by since it was first seen or told. */
export interface AccountPin {
  /** SPKI SHA-256 of the keys accepted, the current one first, then announced next ones. */
  readonly keys: readonly [SpkiFingerprint, ...SpkiFingerprint[]];
  /**
   * Public key of the CA that vouched; null until the first contact when the pin was given by hand.
   */
  readonly caSpki: SpkiFingerprint | null;
  /** Milliseconds since 1970. */
  readonly pinnedAt: number;
}

/** Another agent. */
export interface PeerAccount {
  readonly id: AccountId;
  readonly name: string;
  readonly type: 'DM';
  /** `dm://host:port[,host:port]` */
  readonly uri: string;
  /** Certificate ids, or "" for any installed CA and the newest valid identity. */
  readonly caCertificateId: string;
  readonly clientCertificateId: string;
  readonly pin: AccountPin | null;
  /** What the operator wrote beside it, at most 512 characters. */
  readonly briefcase: string;
  /** Most jobs of this agent with the peer at once; 0, or absent in older records, for no limit. */
  readonly maxTasks?: number;
  /** Absent in older records: auto. */
  readonly compression?: CompressionMode;
}

/** The address list of a `dm://` uri; null when it is not one. */
export function parseDmUri(uri: string): readonly string[] | null {
  const match = /^dm:\/\/([^/?#]+)\/?$/.exec(uri);
  if (!match?.[1]) return null;
  const addresses = match[1].split(',');
  const valid = addresses.every((address) => {
    const parts = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})$/.exec(address);
    const port = Number(parts?.[2]);
    return parts !== null && port >= 1 && port <= 65_535;
  });
  return valid ? addresses : null;
}
