// Original file: proto/datamover/v1/peer.proto


export interface SessionRef {
  'session'?: (string);
}

export interface SessionRef__Output {
  'session': (string);
}
