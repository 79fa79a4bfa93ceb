// Original file: proto/datamover/v1/peer.proto


export interface BadEntry {
  'path'?: (Buffer | Uint8Array | string);
  'code'?: (string);
  'message'?: (string);
}

export interface BadEntry__Output {
  'path': (Buffer);
  'code': (string);
  'message': (string);
}
