import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import { DmError } from '../model/error.js';
import { type Certificate, certificateStatus } from './certificate.js';
import type { RevocationList } from './crl.js';

export const TLS_MIN_VERSION = 'TLSv1.3';
export const TLS_MAX_VERSION = 'TLSv1.3';

/**
 * All that a TLS endpoint needs. The type admits no endpoint without a
 * CA to check its peers against.
 */
export interface TlsMaterial {
  readonly caPems: readonly [string, ...string[]];
  /** Our identity, leaf first, with its intermediates if any. */
  readonly certPem: string;
  readonly keyPem: string;
  readonly crlPems: readonly string[];
}

export interface UsableIdentity {
  readonly certificate: Certificate;
  /** The leaf and its intermediates as installed. */
  readonly certPem: string;
  /** Unencrypted PKCS#8. */
  readonly keyPem: string;
}

export interface TlsMaterialParts {
  readonly cas: readonly Certificate[];
  readonly identities: readonly UsableIdentity[];
  readonly crls: readonly RevocationList[];
  /** SHA-256 of the identity certificate that an account names; null takes the newest. */
  readonly identityFingerprint: string | null;
  readonly now: Date;
}

/** The identity valid at `now` that was issued last (then: lives longest); null when none is. */
export function newestValidIdentity<T extends { readonly certificate: Certificate }>(
  identities: readonly T[],
  now: Date,
): T | null {
  const valid = identities.filter(({ certificate }) => {
    const status = certificateStatus(certificate, now);
    return status === 'valid' || status === 'expiring';
  });
  return valid.reduce<T | null>(
    (best, next) => (best === null || isNewer(next.certificate, best.certificate) ? next : best),
    null,
  );
}

/**
 * Throws `no_identity` when no CA is installed, or no valid identity
 * (or not the one that is named).
 */
export function buildTlsMaterial(parts: TlsMaterialParts): TlsMaterial {
  const [firstCa, ...otherCas] = parts.cas.map((ca) => ca.pem);
  if (firstCa === undefined) {
    throw new DmError(
      'no_identity',
      'no CA is installed, so no peer can be checked; run "dm certificates ca create"',
    );
  }
  const wanted = parts.identityFingerprint;
  const candidates =
    wanted === null
      ? parts.identities
      : parts.identities.filter(({ certificate }) => certificate.fingerprintSha256 === wanted);
  const identity = newestValidIdentity(candidates, parts.now);
  if (identity === null) {
    throw new DmError('no_identity', noIdentity(wanted, candidates.length));
  }
  return {
    caPems: [firstCa, ...otherCas],
    certPem: identity.certPem,
    keyPem: identity.keyPem,
    crlPems: parts.crls.map((list) => list.pem),
  };
}

/**
 * Options for `tls.createSecureContext`: TLS 1.3 only, no session tickets. Revocation is left to
 * `verifyPeer`: given any list, OpenSSL refuses the peers of every CA that has none.
 */
export function secureContextOptions(material: TlsMaterial): SecureContextOptions {
  return {
    ca: [...material.caPems],
    cert: material.certPem,
    key: material.keyPem,
    minVersion: TLS_MIN_VERSION,
    maxVersion: TLS_MAX_VERSION,
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}

function isNewer(a: Certificate, b: Certificate): boolean {
  if (a.notBefore.getTime() !== b.notBefore.getTime()) return a.notBefore > b.notBefore;
  if (a.notAfter.getTime() !== b.notAfter.getTime()) return a.notAfter > b.notAfter;
  return a.fingerprintSha256 > b.fingerprintSha256;
}

function noIdentity(wanted: string | null, found: number): string {
  const remedy = 'run "dm certificates identity create" with a certificate that is valid now';
  if (wanted === null) {
    return found === 0
      ? `no identity is installed; ${remedy}`
      : `none of the ${found} installed identities is valid now; ${remedy}`;
  }
  return found === 0
    ? `the identity ${wanted} that the account names is not installed; ${remedy}`
    : `the identity ${wanted} that the account names is not valid now; ${remedy}`;
}
