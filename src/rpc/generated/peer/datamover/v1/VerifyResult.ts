// Original file: proto/datamover/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface VerifyResult {
  'files'?: (number | string | Long);
  'bytes'?: (number | string | Long);
  'bad'?: (number | string | Long);
  'digests_made'?: (number | string | Long);
}

export interface VerifyResult__Output {
  'files': (string);
  'bytes': (string);
  'bad': (string);
  'digests_made': (string);
}
