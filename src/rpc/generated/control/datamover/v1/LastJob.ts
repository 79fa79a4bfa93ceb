// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface LastJob {
  'job_id'?: (number | string | Long);
  'last_run_at'?: (string);
}

export interface LastJob__Output {
  'job_id': (number);
  'last_run_at': (string);
}
