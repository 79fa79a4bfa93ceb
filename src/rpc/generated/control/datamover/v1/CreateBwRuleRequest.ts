// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface CreateBwRuleRequest {
  'netmask'?: (string);
  'bw_limit'?: (number | string | Long);
  'window'?: (string);
}

export interface CreateBwRuleRequest__Output {
  'netmask': (string);
  'bw_limit': (number);
  'window': (string);
}
