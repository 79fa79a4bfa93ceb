// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface ModifyJobRequest {
  'id'?: (number | string | Long);
  'action'?: (string);
}

export interface ModifyJobRequest__Output {
  'id': (number);
  'action': (string);
}
