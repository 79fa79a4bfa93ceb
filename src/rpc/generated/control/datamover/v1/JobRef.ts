// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface JobRef {
  'id'?: (number | string | Long);
}

export interface JobRef__Output {
  'id': (number);
}
