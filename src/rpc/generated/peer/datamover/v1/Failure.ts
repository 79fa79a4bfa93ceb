// Original file: proto/datamover/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface Failure {
  'gfid'?: (number | string | Long);
  'path'?: (Buffer | Uint8Array | string);
  'code'?: (string);
  'message'?: (string);
}

export interface Failure__Output {
  'gfid': (string);
  'path': (Buffer);
  'code': (string);
  'message': (string);
}
