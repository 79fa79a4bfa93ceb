/** A CA certificate that the operator installed to vouch for peers. */
export interface StoredCa {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly pem: string;
  readonly createdAtMs: number;
}

/**
 * A certificate with its key that this agent presents. `keyPem` is a
 * secret: it never leaves the state.
 */
export interface StoredIdentity extends StoredCa {
  readonly keyPem: string;
}

export interface StoredCrl {
  readonly id: string;
  readonly name: string;
  readonly pem: string;
  readonly createdAtMs: number;
}

export interface CertificateSettings {
  readonly strictHostnameCheck: boolean;
  /** Certificates (SHA-256) and keys (spki:SHA-256) that are refused whatever vouches for them. */
  readonly revokedFingerprints: readonly string[];
}
