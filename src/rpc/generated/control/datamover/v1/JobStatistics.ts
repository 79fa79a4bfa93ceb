// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface JobStatistics {
  'files'?: (number | string | Long);
  'dirs'?: (number | string | Long);
  'symlinks'?: (number | string | Long);
  'hardlinks'?: (number | string | Long);
  'special'?: (number | string | Long);
  'bytes_read'?: (number | string | Long);
  'bytes_sent'?: (number | string | Long);
  'bytes_changed'?: (number | string | Long);
  'deleted'?: (number | string | Long);
  'moved'?: (number | string | Long);
  'full_copies'?: (number | string | Long);
  'repaired'?: (number | string | Long);
}

export interface JobStatistics__Output {
  'files': (number);
  'dirs': (number);
  'symlinks': (number);
  'hardlinks': (number);
  'special': (number);
  'bytes_read': (number);
  'bytes_sent': (number);
  'bytes_changed': (number);
  'deleted': (number);
  'moved': (number);
  'full_copies': (number);
  'repaired': (number);
}
