// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface LockedDataset {
  'id'?: (number | string | Long);
  'dataset_global_id'?: (string);
  'dataset_base_path'?: (string);
  'locked_by'?: (string)[];
}

export interface LockedDataset__Output {
  'id': (number);
  'dataset_global_id': (string);
  'dataset_base_path': (string);
  'locked_by': (string)[];
}
