// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface DeletedJobs {
  'deleted'?: (number | string | Long);
}

export interface DeletedJobs__Output {
  'deleted': (number);
}
