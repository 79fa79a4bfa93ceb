// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface ExpiredDataset {
  'id'?: (number | string | Long);
  'dataset_global_id'?: (string);
  'dataset_base_path'?: (string);
}

export interface ExpiredDataset__Output {
  'id': (number);
  'dataset_global_id': (string);
  'dataset_base_path': (string);
}
