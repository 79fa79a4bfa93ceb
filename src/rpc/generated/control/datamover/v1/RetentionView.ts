// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface RetentionView {
  'dataset_retention_period'?: (number | string | Long);
  'dataset_reserve'?: (number | string | Long);
  'dataset_expiry_action'?: (string);
  '_dataset_retention_period'?: "dataset_retention_period";
}

export interface RetentionView__Output {
  'dataset_retention_period'?: (number);
  'dataset_reserve': (number);
  'dataset_expiry_action': (string);
}
