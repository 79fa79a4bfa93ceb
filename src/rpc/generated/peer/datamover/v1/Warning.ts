// Original file: proto/datamover/v1/peer.proto


export interface Warning {
  'path'?: (Buffer | Uint8Array | string);
  'code'?: (string);
}

export interface Warning__Output {
  'path': (Buffer);
  'code': (string);
}
