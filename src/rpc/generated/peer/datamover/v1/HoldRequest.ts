// Original file: proto/datamover/v1/peer.proto


export interface HoldRequest {
  'holder'?: (string);
  'id'?: (string);
  'base_path'?: (Buffer | Uint8Array | string);
}

export interface HoldRequest__Output {
  'holder': (string);
  'id': (string);
  'base_path': (Buffer);
}
