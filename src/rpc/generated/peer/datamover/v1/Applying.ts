// Original file: proto/datamover/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface Applying {
  'done'?: (number | string | Long);
  'total'?: (number | string | Long);
}

export interface Applying__Output {
  'done': (string);
  'total': (string);
}
