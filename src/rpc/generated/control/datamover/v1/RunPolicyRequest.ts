// Original file: proto/datamover/v1/control.proto


export interface RunPolicyRequest {
  'ref'?: (string);
  'adopt'?: (boolean);
  'accept_source'?: (boolean);
}

export interface RunPolicyRequest__Output {
  'ref': (string);
  'adopt': (boolean);
  'accept_source': (boolean);
}
