// Original file: proto/datamover/v1/peer.proto


export interface InspectTargetRequest {
  'path'?: (Buffer | Uint8Array | string);
}

export interface InspectTargetRequest__Output {
  'path': (Buffer);
}
