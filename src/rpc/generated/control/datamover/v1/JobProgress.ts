// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface JobProgress {
  'files_done'?: (number | string | Long);
  'files_total'?: (number | string | Long);
  'bytes_done'?: (number | string | Long);
  'bytes_total'?: (number | string | Long);
  'phase'?: (string);
}

export interface JobProgress__Output {
  'files_done': (number);
  'files_total': (number);
  'bytes_done': (number);
  'bytes_total': (number);
  'phase': (string);
}
