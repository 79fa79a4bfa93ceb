// Original file: proto/datamover/v1/control.proto


export interface Grant {
  'id'?: (number);
  'identity'?: (string);
  'ca'?: (string);
  'root'?: (string);
  'root_base64'?: (string);
  'allow'?: (string)[];
  'beyond_ceiling'?: (string)[];
  'created_at'?: (string);
}

export interface Grant__Output {
  'id': (number);
  'identity': (string);
  'ca': (string);
  'root': (string);
  'root_base64': (string);
  'allow': (string)[];
  'beyond_ceiling': (string)[];
  'created_at': (string);
}
