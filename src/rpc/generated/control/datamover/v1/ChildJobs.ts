// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface ChildJobs {
  'job_ids'?: (number | string | Long)[];
}

export interface ChildJobs__Output {
  'job_ids': (number)[];
}
