// Original file: proto/datamover/v1/control.proto


export interface CreateCrlRequest {
  'name'?: (string);
  'crl_pem'?: (string);
}

export interface CreateCrlRequest__Output {
  'name': (string);
  'crl_pem': (string);
}
