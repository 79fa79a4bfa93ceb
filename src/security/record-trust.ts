import { DmError } from '../model/error.js';
import { type Certificate, isIssuedBy, parseCertificates } from './certificate.js';
import { isCrlSignedBy, type RevocationList } from './crl.js';
import { checkPath, checkRevokedByHand } from './path-rules.js';
import { findTrustPath } from './trust-path.js';
import { untrusted } from './trust-refusal.js';

/** Whose key made the signature of a record. */
export interface SeenSigner {
  /** PEM, as it stands beside the signature: the leaf first. */
  readonly certificates: string;
  /** SHA-256 of the public key that the signature was found right with. */
  readonly spki: string;
}

/** Who signed a record, and whom this agent trusts. */
export interface RecordSignerToVerify extends SeenSigner {
  /** When the record says that it was made. */
  readonly signedAt: Date;
  readonly trustedCas: readonly Certificate[];
  readonly crls: readonly RevocationList[];
  /** Lower-case SHA-256 hex digits of certificates or public keys revoked here by hand. */
  readonly revokedFingerprints: ReadonlySet<string>;
  /** SHA-256 of the public keys of this agent's own identities: nobody else has to vouch for them. */
  readonly ownKeys: ReadonlySet<string>;
}

/**
 * Checks that an own identity, or one that an installed CA vouches for, signed a record. Certificates must not have expired before
 * it was made: backups outlive them. They may be younger than it, for records are signed anew by who packs them anew, and CAs are
 * renewed. What was revoked is refused whenever it signed, for whoever has a stolen key dates as he likes. Throws `peer_untrusted`
 * with the reason.
 */
export function verifyRecordSigner(signer: RecordSignerToVerify): void {
  const [leaf, ...presented] = parseChain(signer.certificates);
  if (leaf.spkiSha256 !== signer.spki) {
    throw untrusted('malformed', leaf, 'another key than its own has made the signature');
  }
  checkRevokedByHand(leaf, signer.revokedFingerprints);
  if (signer.ownKeys.has(leaf.spkiSha256)) {
    const issuers = [...signer.trustedCas, ...presented].filter((ca) => isIssuedBy(leaf, ca));
    for (const issuer of issuers) checkListed(leaf, issuer, signer.crls);
    return;
  }
  const { certificates } = findTrustPath(leaf, presented, signer.trustedCas, signer.signedAt);
  checkPath(certificates, {
    role: 'client',
    at: ({ notBefore }) => new Date(Math.max(notBefore.getTime(), signer.signedAt.getTime())),
    revoked: signer.revokedFingerprints,
  });
  certificates.forEach((certificate, position) => {
    const issuer = certificates[position + 1];
    if (issuer !== undefined) checkListed(certificate, issuer, signer.crls);
  });
}

function parseChain(certificates: string): [Certificate, ...Certificate[]] {
  try {
    return parseCertificates(certificates);
  } catch (cause) {
    throw new DmError('peer_untrusted', 'the certificate beside the signature cannot be read', {
      data: { reason: 'malformed' },
      cause,
    });
  }
}

/** Lists that are no longer current tell all the same whom they revoke. */
function checkListed(
  certificate: Certificate,
  issuer: Certificate,
  lists: readonly RevocationList[],
): void {
  const isListed = lists.some(
    (list) => list.revoked.has(certificate.serial) && isCrlSignedBy(list, issuer),
  );
  if (!isListed) return;
  throw untrusted(
    'revoked',
    certificate,
    `its serial ${certificate.serial} is revoked by "${issuer.subject}"`,
  );
}
