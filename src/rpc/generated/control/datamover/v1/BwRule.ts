// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface BwRule {
  'id'?: (number | string | Long);
  'rule_type'?: (string);
  'netmask'?: (string);
  'bw_limit'?: (number | string | Long);
  'window'?: (string);
}

export interface BwRule__Output {
  'id': (number);
  'rule_type': (string);
  'netmask': (string);
  'bw_limit': (number);
  'window': (string);
}
