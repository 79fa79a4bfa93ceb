// Original file: proto/datamover/v1/control.proto


export interface Ref {
  'ref'?: (string);
}

export interface Ref__Output {
  'ref': (string);
}
