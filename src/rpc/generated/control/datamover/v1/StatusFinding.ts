// Original file: proto/datamover/v1/control.proto


export interface StatusFinding {
  'kind'?: (string);
  'object'?: (string);
  'message'?: (string);
  'remedy'?: (string);
}

export interface StatusFinding__Output {
  'kind': (string);
  'object': (string);
  'message': (string);
  'remedy': (string);
}
