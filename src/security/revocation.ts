import type { Certificate } from './certificate.js';
import { isCrlSignedBy, type RevocationList } from './crl.js';
import { untrusted } from './trust-refusal.js';

/**
 * Refuses a certificate that a list of its issuer revokes. An issuer without a list revokes
 * nothing; one with a list needs a current list with its own signature, else its certificates are
 * refused (`crl_wrong_signer`, `crl_expired`, …).
 */
export function checkRevocation(
  certificate: Certificate,
  issuer: Certificate,
  lists: readonly RevocationList[],
  cas: readonly Certificate[],
  now: Date,
): void {
  const named = lists.filter((l) => l.issuerName.canonical === issuer.subjectName.canonical);
  const own = named.filter((list) => isCrlSignedBy(list, issuer));
  if (own.length === 0) {
    // A list of another CA with the same name is that CA's business.
    const others = cas.filter((ca) => ca.spkiSha256 !== issuer.spkiSha256);
    if (named.every((list) => others.some((ca) => isCrlSignedBy(list, ca)))) return;
    throw untrusted(
      'crl_wrong_signer',
      certificate,
      `the revocation list installed for "${issuer.subject}" is not signed by that CA; install the right one`,
    );
  }
  const newest = own.reduce((a, b) => (isNewer(b, a) ? b : a));
  if (!newest.strongSignature) {
    throw untrusted(
      'weak_signature',
      certificate,
      `the revocation list of "${issuer.subject}" is signed with ${newest.signatureAlgorithm}; have it issued with SHA-256`,
    );
  }
  if (newest.revoked.has(certificate.serial)) {
    throw untrusted(
      'revoked',
      certificate,
      `its serial ${certificate.serial} is revoked by "${issuer.subject}"; issue a new certificate`,
    );
  }
  if (now < newest.thisUpdate) {
    throw untrusted(
      'crl_not_yet_valid',
      certificate,
      `the revocation list of "${issuer.subject}" is valid from ${newest.thisUpdate.toISOString()} on; check the clock`,
    );
  }
  if (now > newest.nextUpdate) {
    throw untrusted(
      'crl_expired',
      certificate,
      `the revocation list of "${issuer.subject}" expired at ${newest.nextUpdate.toISOString()}; install a new one`,
    );
  }
}

/** Whether a newer list of the same CA, one of `cas`, is installed: that alone counts. */
export function isSuperseded(
  list: RevocationList,
  lists: readonly RevocationList[],
  cas: readonly Certificate[],
): boolean {
  const newer = lists.filter((other) => isNewer(other, list));
  return cas.some(
    (ca) => newer.some((other) => isCrlSignedBy(other, ca)) && isCrlSignedBy(list, ca),
  );
}

function isNewer(a: RevocationList, b: RevocationList): boolean {
  if (a.number !== null && b.number !== null && a.number !== b.number) return a.number > b.number;
  return a.thisUpdate > b.thisUpdate;
}
