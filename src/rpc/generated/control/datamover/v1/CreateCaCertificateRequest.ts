// Original file: proto/datamover/v1/control.proto


export interface CreateCaCertificateRequest {
  'name'?: (string);
  'description'?: (string);
  'certificate_pem'?: (string);
}

export interface CreateCaCertificateRequest__Output {
  'name': (string);
  'description': (string);
  'certificate_pem': (string);
}
