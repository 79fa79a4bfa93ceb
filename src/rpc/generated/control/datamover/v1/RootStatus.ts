// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface RootStatus {
  'path'?: (string);
  'path_base64'?: (string);
  'free_bytes'?: (number | string | Long);
  'total_bytes'?: (number | string | Long);
  'snapshot_bytes'?: (number | string | Long);
  '_snapshot_bytes'?: "snapshot_bytes";
}

export interface RootStatus__Output {
  'path': (string);
  'path_base64': (string);
  'free_bytes': (number);
  'total_bytes': (number);
  'snapshot_bytes'?: (number);
}
