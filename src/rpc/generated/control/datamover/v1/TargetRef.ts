// Original file: proto/datamover/v1/control.proto


export interface TargetRef {
  'path'?: (string);
}

export interface TargetRef__Output {
  'path': (string);
}
