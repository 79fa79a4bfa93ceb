// Original file: proto/datamover/v1/control.proto


export interface PeerAccessView {
  'ceiling'?: (string)[];
  'without_grant'?: (string)[];
  'grants'?: (number);
}

export interface PeerAccessView__Output {
  'ceiling': (string)[];
  'without_grant': (string)[];
  'grants': (number);
}
