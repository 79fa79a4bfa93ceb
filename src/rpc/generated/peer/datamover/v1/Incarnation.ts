// Original file: proto/datamover/v1/peer.proto


export interface Incarnation {
  'incarnation'?: (number);
  'system_guid'?: (string);
}

export interface Incarnation__Output {
  'incarnation': (number);
  'system_guid': (string);
}
