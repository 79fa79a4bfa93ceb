// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface ModifyBwRuleRequest {
  'ref'?: (string);
  'bw_limit'?: (number | string | Long);
  'window'?: (string);
  '_bw_limit'?: "bw_limit";
  '_window'?: "window";
}

export interface ModifyBwRuleRequest__Output {
  'ref': (string);
  'bw_limit'?: (number);
  'window'?: (string);
}
