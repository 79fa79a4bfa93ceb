// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface TargetView {
  'path'?: (string);
  'path_base64'?: (string);
  'tree'?: (string);
  'origin_system'?: (string);
  'origin_base_path'?: (string);
  'owner'?: (string);
  'state'?: (string);
  'head_dataset_id'?: (number | string | Long);
  'last_received_at'?: (string);
  'datasets'?: (number | string | Long);
}

export interface TargetView__Output {
  'path': (string);
  'path_base64': (string);
  'tree': (string);
  'origin_system': (string);
  'origin_base_path': (string);
  'owner': (string);
  'state': (string);
  'head_dataset_id': (number);
  'last_received_at': (string);
  'datasets': (number);
}
