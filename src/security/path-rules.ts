/** The rules that each certificate of a path to an installed CA must obey, apart from who signed it and from revocation lists. */
import type { Certificate } from './certificate.js';
import {
  checkCriticalExtensions,
  checkIssuerUse,
  checkStrength,
  checkValidity,
  type TlsRole,
} from './certificate-rules.js';
import { untrusted } from './trust-refusal.js';

export interface PathUse {
  /** What the leaf is used for. */
  readonly role: TlsRole;
  /** When a certificate must be valid. */
  readonly at: (certificate: Certificate) => Date;
  /** Lower-case SHA-256 hex digits of certificates or public keys revoked here by hand. */
  readonly revoked: ReadonlySet<string>;
}

/** `path` is leaf first. Throws `peer_untrusted` with the reason. */
export function checkPath(path: readonly Certificate[], { role, at, revoked }: PathUse): void {
  path.forEach((certificate, position) => {
    if (position > 0) checkIssuerUse(certificate, position - 1, role);
    checkCriticalExtensions(certificate);
    checkValidity(certificate, at(certificate));
    checkStrength(certificate, { signature: position < path.length - 1 || !isRoot(certificate) });
    checkRevokedByHand(certificate, revoked);
  });
}

export function checkRevokedByHand(certificate: Certificate, revoked: ReadonlySet<string>): void {
  if (!revoked.has(certificate.fingerprintSha256) && !revoked.has(certificate.spkiSha256)) return;
  throw untrusted(
    'revoked',
    certificate,
    'it was revoked at the agent that checks it; issue a new certificate',
  );
}

function isRoot(certificate: Certificate): boolean {
  return certificate.subjectName.canonical === certificate.issuerName.canonical;
}
