// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface StatusJob {
  'id'?: (number);
  'policy_name'?: (string);
  'state'?: (string);
  'bytes_done'?: (number | string | Long);
  'bytes_total'?: (number | string | Long);
  'retries'?: (number);
  'reason'?: (string);
}

export interface StatusJob__Output {
  'id': (number);
  'policy_name': (string);
  'state': (string);
  'bytes_done': (number);
  'bytes_total': (number);
  'retries': (number);
  'reason': (string);
}
