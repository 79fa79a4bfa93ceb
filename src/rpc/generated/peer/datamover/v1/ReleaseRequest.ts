// Original file: proto/datamover/v1/peer.proto


export interface ReleaseRequest {
  'holder'?: (string);
}

export interface ReleaseRequest__Output {
  'holder': (string);
}
