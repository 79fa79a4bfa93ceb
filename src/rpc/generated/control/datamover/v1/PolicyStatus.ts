// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface PolicyStatus {
  'id'?: (number);
  'name'?: (string);
  'type'?: (string);
  'enabled'?: (boolean);
  'place'?: (string);
  'path'?: (string);
  'newest_dataset_at'?: (string);
  'age_seconds'?: (number | string | Long);
  'last_success_at'?: (string);
  'last_result'?: (string);
  'last_job_id'?: (number);
  'next_run_at'?: (string);
}

export interface PolicyStatus__Output {
  'id': (number);
  'name': (string);
  'type': (string);
  'enabled': (boolean);
  'place': (string);
  'path': (string);
  'newest_dataset_at': (string);
  'age_seconds': (number);
  'last_success_at': (string);
  'last_result': (string);
  'last_job_id': (number);
  'next_run_at': (string);
}
