// Original file: proto/datamover/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface FeedbackRequest {
  'stream'?: (number);
  'waited_ms'?: (number | string | Long);
  'compress'?: (boolean);
}

export interface FeedbackRequest__Output {
  'stream': (number);
  'waited_ms': (string);
  'compress': (boolean);
}
