// Original file: proto/datamover/v1/control.proto


export interface Certificate {
  'id'?: (string);
  'name'?: (string);
  'description'?: (string);
  'subject'?: (string);
  'issuer'?: (string);
  'not_before'?: (string);
  'not_after'?: (string);
  'status'?: (string);
  'fingerprint_sha256'?: (string);
  'spki_sha256'?: (string);
  'dnsnames'?: (string)[];
}

export interface Certificate__Output {
  'id': (string);
  'name': (string);
  'description': (string);
  'subject': (string);
  'issuer': (string);
  'not_before': (string);
  'not_after': (string);
  'status': (string);
  'fingerprint_sha256': (string);
  'spki_sha256': (string);
  'dnsnames': (string)[];
}
