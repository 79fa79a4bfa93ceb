// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface TreeStatus {
  'path'?: (string);
  'path_base64'?: (string);
  'role'?: (string);
  'datasets'?: (number);
  'newest_dataset_at'?: (string);
  'age_seconds'?: (number | string | Long);
  'copied_to'?: (string)[];
  'overdue_datasets'?: (number);
  'never_copied_to'?: (string)[];
}

export interface TreeStatus__Output {
  'path': (string);
  'path_base64': (string);
  'role': (string);
  'datasets': (number);
  'newest_dataset_at': (string);
  'age_seconds': (number);
  'copied_to': (string)[];
  'overdue_datasets': (number);
  'never_copied_to': (string)[];
}
