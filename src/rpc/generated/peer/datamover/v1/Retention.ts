// Original file: proto/datamover/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface Retention {
  'period_seconds'?: (number | string | Long);
  'reserve'?: (number);
  '_period_seconds'?: "period_seconds";
}

export interface Retention__Output {
  'period_seconds'?: (string);
  'reserve': (number);
  '_period_seconds'?: "period_seconds";
}
