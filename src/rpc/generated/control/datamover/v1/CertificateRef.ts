// Original file: proto/datamover/v1/control.proto


export interface CertificateRef {
  'kind'?: (string);
  'ref'?: (string);
}

export interface CertificateRef__Output {
  'kind': (string);
  'ref': (string);
}
