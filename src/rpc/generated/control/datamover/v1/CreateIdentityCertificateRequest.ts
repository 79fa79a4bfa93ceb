// Original file: proto/datamover/v1/control.proto


export interface CreateIdentityCertificateRequest {
  'name'?: (string);
  'description'?: (string);
  'certificate_pem'?: (string);
  'key_pem'?: (string);
  'key_password'?: (string);
}

export interface CreateIdentityCertificateRequest__Output {
  'name': (string);
  'description': (string);
  'certificate_pem': (string);
  'key_pem': (string);
  'key_password': (string);
}
