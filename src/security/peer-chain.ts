import type { DetailedPeerCertificate, PeerCertificate } from 'node:tls';

const MAX_LINKS = 16;

/**
 * The DER chain, leaf first, of what `TLSSocket.getPeerCertificate(true)` gives (or of the leaf
 * alone, without `true`); empty when the peer presented no certificate.
 */
export function peerChain(certificate: PeerCertificate | DetailedPeerCertificate | null): Buffer[] {
  const chain: Buffer[] = [];
  let link: PeerCertificate | DetailedPeerCertificate | null | undefined = certificate;
  while (link?.raw !== undefined && chain.length < MAX_LINKS) {
    const { raw } = link;
    if (chain.some((seen) => seen.equals(raw))) break;
    chain.push(raw);
    link = 'issuerCertificate' in link ? link.issuerCertificate : null;
  }
  return chain;
}
