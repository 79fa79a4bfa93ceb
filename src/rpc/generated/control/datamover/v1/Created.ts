// Original file: proto/datamover/v1/control.proto


export interface Created {
  'id'?: (string);
}

export interface Created__Output {
  'id': (string);
}
