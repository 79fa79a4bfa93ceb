// Original file: proto/datamover/v1/peer.proto


export interface Base {
  'id'?: (string);
  'root_digest'?: (string);
}

export interface Base__Output {
  'id': (string);
  'root_digest': (string);
}
