import { DmError } from '../model/error.js';
import type { SpkiFingerprint } from '../model/ids.js';
import { type Certificate, parseCertificateDer } from './certificate.js';
import { checkLeafUse, checkNames, type TlsRole } from './certificate-rules.js';
import type { RevocationList } from './crl.js';
import { checkPath } from './path-rules.js';
import { checkRevocation } from './revocation.js';
import { checkNotSelfSigned, findTrustPath } from './trust-path.js';

export interface PeerToVerify {
  /** DER, leaf first, as the peer presented it; empty when it presented nothing. */
  readonly chain: readonly Uint8Array[];
  readonly trustedCas: readonly Certificate[];
  readonly crls: readonly RevocationList[];
  /** Lower-case SHA-256 hex digits of certificates or public keys revoked here by hand. */
  readonly revokedFingerprints?: ReadonlySet<string>;
  readonly now: Date;
  /** The side that presented the chain: `client` on a server, `server` on a client. */
  readonly role: TlsRole;
}

/** Who a verified peer is. */
export interface PeerIdentity {
  /** SHA-256 of the public key: the peer itself, across renewals. */
  readonly spki: SpkiFingerprint;
  /** Null when the subject has no common name. */
  readonly commonName: string | null;
  /** SHA-256 of the certificate of the installed CA that vouches. */
  readonly caFingerprint: string;
  /** SHA-256 of that CA's public key: stays when the CA renews its certificate with its key. */
  readonly caSpki: SpkiFingerprint;
  readonly certificateFingerprint: string;
  readonly notAfter: Date;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

const MAX_CHAIN = 10;

/**
 * Checks a peer's chain against the installed CAs and revocation lists, after
 * and independently of the TLS library. Throws `peer_untrusted` with the exact
 * reason in `data.reason` (a `TrustReason`).
 */
export function verifyPeer(peer: PeerToVerify): PeerIdentity {
  const [leaf, ...presented] = parseChain(peer.chain);
  if (leaf === undefined) {
    throw new DmError(
      'peer_untrusted',
      'the peer presented no certificate; install an identity there and connect with TLS',
      { data: { reason: 'no_certificate' } },
    );
  }
  checkNames(leaf);
  checkNotSelfSigned(leaf, peer.trustedCas);
  checkLeafUse(leaf, peer.role);
  const path = findTrustPath(leaf, presented, peer.trustedCas, peer.now);
  checkPath(path.certificates, {
    role: peer.role,
    at: () => peer.now,
    revoked: peer.revokedFingerprints ?? new Set(),
  });
  const cas = [...peer.trustedCas, ...presented];
  path.certificates.forEach((certificate, position) => {
    const issuer = path.certificates[position + 1];
    if (issuer !== undefined) checkRevocation(certificate, issuer, peer.crls, cas, peer.now);
  });
  return {
    spki: leaf.spkiSha256,
    commonName: leaf.commonName,
    caFingerprint: path.ca.fingerprintSha256,
    caSpki: path.ca.spkiSha256,
    certificateFingerprint: leaf.fingerprintSha256,
    notAfter: leaf.notAfter,
    dnsNames: leaf.dnsNames,
    ipAddresses: leaf.ipAddresses,
  };
}

function parseChain(chain: readonly Uint8Array[]): Certificate[] {
  if (chain.length > MAX_CHAIN) {
    throw new DmError(
      'peer_untrusted',
      `the peer presented ${chain.length} certificates; at most ${MAX_CHAIN} are read, shorten its chain`,
      { data: { reason: 'malformed' } },
    );
  }
  return chain.map((der) => {
    try {
      return parseCertificateDer(der);
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new DmError('peer_untrusted', `the peer's certificate cannot be read: ${detail}`, {
        data: { reason: 'malformed' },
        cause,
      });
    }
  });
}
