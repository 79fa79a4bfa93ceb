// Original file: proto/datamover/v1/peer.proto


export interface ErrorDetail {
  'code'?: (string);
  'message'?: (string);
  'data_json'?: (string);
}

export interface ErrorDetail__Output {
  'code': (string);
  'message': (string);
  'data_json': (string);
}
