// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface RestorePreview {
  'target_path'?: (string);
  'entries'?: (number | string | Long);
  'bytes'?: (number | string | Long);
  'created'?: (number | string | Long);
  'replaced'?: (number | string | Long);
  'kept'?: (number | string | Long);
  'conflicts'?: (number | string | Long);
  'replaced_paths'?: (string)[];
  'conflict_paths'?: (string)[];
}

export interface RestorePreview__Output {
  'target_path': (string);
  'entries': (number);
  'bytes': (number);
  'created': (number);
  'replaced': (number);
  'kept': (number);
  'conflicts': (number);
  'replaced_paths': (string)[];
  'conflict_paths': (string)[];
}
