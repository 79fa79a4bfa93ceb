// Original file: proto/datamover/v1/control.proto


export interface ModifyCertificateRequest {
  'kind'?: (string);
  'ref'?: (string);
  'name'?: (string);
  'description'?: (string);
  '_name'?: "name";
  '_description'?: "description";
}

export interface ModifyCertificateRequest__Output {
  'kind': (string);
  'ref': (string);
  'name'?: (string);
  'description'?: (string);
}
