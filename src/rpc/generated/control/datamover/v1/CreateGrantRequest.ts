// Original file: proto/datamover/v1/control.proto


export interface CreateGrantRequest {
  'identity'?: (string);
  'ca'?: (string);
  'root'?: (string);
  'allow'?: (string)[];
}

export interface CreateGrantRequest__Output {
  'identity': (string);
  'ca': (string);
  'root': (string);
  'allow': (string)[];
}
