// Original file: proto/datamover/v1/control.proto


export interface ValueSource {
  'field'?: (string);
  'source'?: (string);
  'base_policy'?: (string);
}

export interface ValueSource__Output {
  'field': (string);
  'source': (string);
  'base_policy': (string);
}
