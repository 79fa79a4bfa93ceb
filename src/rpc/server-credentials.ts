import { ServerCredentials } from '@grpc/grpc-js';
import type { TlsMaterial } from '../security/tls-material.js';
import { secureContextOptions } from '../security/tls-material.js';

/** A client that has not finished its handshake by then is dropped. */
const HANDSHAKE_MS = 10_000;

/**
 * TLS 1.3 only; a client certificate is demanded and must lead to an installed CA
 * before anything else is read; no session tickets. grpc-js has no way to ask for that,
 * so its abstract class is completed here.
 */
export class PeerServerCredentials extends ServerCredentials {
  constructor(material: TlsMaterial) {
    super(
      {
        requestCert: true,
        rejectUnauthorized: true,
        handshakeTimeout: HANDSHAKE_MS,
        allowHTTP1: false,
      },
      secureContextOptions(material),
    );
  }

  /** New connections use the new material; open ones keep what they have. */
  replace(material: TlsMaterial): void {
    this.updateSecureContextOptions(secureContextOptions(material));
  }

  _equals(other: ServerCredentials): boolean {
    return other === this;
  }
}
