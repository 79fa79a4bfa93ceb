// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface PruneBackupsRequest {
  'account'?: (string);
  'base_path'?: (string);
  'dry_run'?: (boolean);
  'wait'?: (boolean);
  'grace_seconds'?: (number | string | Long);
  'leftover_seconds'?: (number | string | Long);
  '_wait'?: "wait";
  '_grace_seconds'?: "grace_seconds";
  '_leftover_seconds'?: "leftover_seconds";
}

export interface PruneBackupsRequest__Output {
  'account': (string);
  'base_path': (string);
  'dry_run': (boolean);
  'wait'?: (boolean);
  'grace_seconds'?: (number);
  'leftover_seconds'?: (number);
}
