// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface RunPolicyReply {
  'job_id'?: (number | string | Long);
  'again'?: (boolean);
}

export interface RunPolicyReply__Output {
  'job_id': (number);
  'again': (boolean);
}
