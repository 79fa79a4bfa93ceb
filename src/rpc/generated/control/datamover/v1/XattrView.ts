// Original file: proto/datamover/v1/control.proto


export interface XattrView {
  'name'?: (Buffer | Uint8Array | string);
  'value'?: (Buffer | Uint8Array | string);
}

export interface XattrView__Output {
  'name': (Buffer);
  'value': (Buffer);
}
