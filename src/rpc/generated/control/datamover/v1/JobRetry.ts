// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface JobRetry {
  'count'?: (number | string | Long);
  'next_at'?: (string);
  'reason'?: (string);
}

export interface JobRetry__Output {
  'count': (number);
  'next_at': (string);
  'reason': (string);
}
