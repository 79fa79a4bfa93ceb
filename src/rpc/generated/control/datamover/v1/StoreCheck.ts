// Original file: proto/datamover/v1/control.proto


export interface StoreCheck {
  'name'?: (string);
  'result'?: (string);
  'meaning'?: (string);
  'code'?: (string);
}

export interface StoreCheck__Output {
  'name': (string);
  'result': (string);
  'meaning': (string);
  'code': (string);
}
