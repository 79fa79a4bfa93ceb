// Original file: proto/datamover/v1/control.proto


export interface JobQuery {
  'policy'?: (string);
  'states'?: (string)[];
}

export interface JobQuery__Output {
  'policy': (string);
  'states': (string)[];
}
