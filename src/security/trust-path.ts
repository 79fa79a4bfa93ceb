import { type Certificate, certificateStatus, isIssuedBy } from './certificate.js';
import { untrusted } from './trust-refusal.js';

export interface TrustPath {
  /** Leaf first, each signed by the next, up to a self-signed CA or the highest one known. */
  readonly certificates: readonly [Certificate, ...Certificate[]];
  /** The first installed CA on the way up: the one that vouches. */
  readonly ca: Certificate;
}

const MAX_PATH = 8;

/**
 * Refuses, as `self_signed`, a leaf that no one but itself signed; a trusted CA's
 * own certificate is left to the leaf rules.
 */
export function checkNotSelfSigned(leaf: Certificate, trusted: readonly Certificate[]): void {
  if (!isIssuedBy(leaf, leaf) || (leaf.isCa && isAmong(leaf, trusted))) return;
  throw untrusted(
    'self_signed',
    leaf,
    'is self-signed; have an installed CA sign it, no certificate can vouch for itself',
  );
}

/**
 * Follows the signatures from the leaf to an installed CA, taking an installed issuer before one
 * that the peer sent. Says nothing of validity or use. Throws `peer_untrusted` with `unknown_ca`.
 */
export function findTrustPath(
  leaf: Certificate,
  presented: readonly Certificate[],
  trusted: readonly Certificate[],
  now: Date,
): TrustPath {
  const path: [Certificate, ...Certificate[]] = [leaf];
  let ca: Certificate | null = null;
  for (let top = leaf; path.length < MAX_PATH && !isIssuedBy(top, top); ) {
    const installed = issuerAmong(top, trusted, path, now);
    const next = installed ?? (ca === null ? issuerAmong(top, presented, path, now) : undefined);
    if (next === undefined) break;
    path.push(next);
    if (installed !== undefined) ca ??= installed;
    top = next;
  }
  if (ca === null) throw unknownCa(path, trusted);
  return { certificates: path, ca };
}

function issuerAmong(
  certificate: Certificate,
  candidates: readonly Certificate[],
  path: readonly Certificate[],
  now: Date,
): Certificate | undefined {
  const issuers = candidates.filter(
    (candidate) => !isAmong(candidate, path) && isIssuedBy(certificate, candidate),
  );
  const current = issuers.filter((issuer) => {
    const status = certificateStatus(issuer, now);
    return status === 'valid' || status === 'expiring';
  });
  return current[0] ?? issuers[0];
}

function isAmong(certificate: Certificate, list: readonly Certificate[]): boolean {
  return list.some((other) => other.fingerprintSha256 === certificate.fingerprintSha256);
}

function unknownCa(
  path: readonly [Certificate, ...Certificate[]],
  trusted: readonly Certificate[],
) {
  const top = path.at(-1) ?? path[0];
  const namesake = trusted.some((ca) => ca.subjectName.canonical === top.issuerName.canonical);
  const problem = namesake
    ? `names the installed CA "${top.issuer}" as its issuer, but that CA's key did not sign it; install the CA that did`
    : `its issuer "${top.issuer}" is not an installed CA; install that CA, or use a certificate of an installed one`;
  return untrusted('unknown_ca', path[0], problem);
}
