// Original file: proto/datamover/v1/control.proto


export interface CertificateSettings {
  'enable_encryption'?: (boolean);
  'strict_hostname_check'?: (boolean);
  'revoked_fingerprints'?: (string)[];
}

export interface CertificateSettings__Output {
  'enable_encryption': (boolean);
  'strict_hostname_check': (boolean);
  'revoked_fingerprints': (string)[];
}
