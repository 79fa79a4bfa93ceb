// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface PolicyPreview {
  'kind'?: (string);
  'source_dataset_id'?: (number | string | Long);
  'entries'?: (number | string | Long);
  'bytes'?: (number | string | Long);
  'created'?: (number | string | Long);
  'changed'?: (number | string | Long);
  'deletions'?: (number | string | Long);
  'renames'?: (number | string | Long);
  'bytes_of_changed_files'?: (number | string | Long);
}

export interface PolicyPreview__Output {
  'kind': (string);
  'source_dataset_id': (number);
  'entries': (number);
  'bytes': (number);
  'created': (number);
  'changed': (number);
  'deletions': (number);
  'renames': (number);
  'bytes_of_changed_files': (number);
}
