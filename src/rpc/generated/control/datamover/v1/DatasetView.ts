// Original file: proto/datamover/v1/control.proto

import type { DatasetWarningView as _datamover_v1_DatasetWarningView, DatasetWarningView__Output as _datamover_v1_DatasetWarningView__Output } from '../../datamover/v1/DatasetWarningView.js';
import type { Long } from '@grpc/proto-loader';

export interface DatasetView {
  'id'?: (number | string | Long);
  'dataset_global_id'?: (string);
  'name'?: (string);
  'dataset_type'?: (string);
  'dataset_state'?: (string);
  'account_id'?: (string);
  'dataset_base_path'?: (string);
  'dataset_subpaths'?: (string)[];
  'dataset_creation_time'?: (string);
  'committed_at'?: (string);
  'expires_at'?: (string);
  'origin_system'?: (string);
  'origin_base_path'?: (string);
  'tree'?: (string);
  'parents'?: (string)[];
  'provider'?: (string);
  'snapshot'?: (string);
  'root_digest'?: (string);
  'content_digest'?: (string);
  'signed_by'?: (string);
  'entries'?: (number | string | Long);
  'bytes'?: (number | string | Long);
  'locked_by'?: (string)[];
  'warnings'?: (_datamover_v1_DatasetWarningView)[];
  'exceptions'?: (number | string | Long);
  'dataset_reserve'?: (number | string | Long);
  'scan'?: (string);
  'unique_bytes'?: (number | string | Long);
}

export interface DatasetView__Output {
  'id': (number);
  'dataset_global_id': (string);
  'name': (string);
  'dataset_type': (string);
  'dataset_state': (string);
  'account_id': (string);
  'dataset_base_path': (string);
  'dataset_subpaths': (string)[];
  'dataset_creation_time': (string);
  'committed_at': (string);
  'expires_at': (string);
  'origin_system': (string);
  'origin_base_path': (string);
  'tree': (string);
  'parents': (string)[];
  'provider': (string);
  'snapshot': (string);
  'root_digest': (string);
  'content_digest': (string);
  'signed_by': (string);
  'entries': (number);
  'bytes': (number);
  'locked_by': (string)[];
  'warnings': (_datamover_v1_DatasetWarningView__Output)[];
  'exceptions': (number);
  'dataset_reserve': (number);
  'scan': (string);
  'unique_bytes': (number);
}
