// Original file: proto/datamover/v1/control.proto

import type { DatasetCopyPolicyBase as _datamover_v1_DatasetCopyPolicyBase, DatasetCopyPolicyBase__Output as _datamover_v1_DatasetCopyPolicyBase__Output } from '../../datamover/v1/DatasetCopyPolicyBase.js';
import type { Long } from '@grpc/proto-loader';

export interface CopyPolicy {
  'dataset_id'?: (number | string | Long);
  'source_base_path'?: (string);
  'source_subpaths'?: (string)[];
  'create_dataset_on_target'?: (boolean);
  'dataset_copy_policy_base'?: (_datamover_v1_DatasetCopyPolicyBase | null);
  'existing'?: (string);
  'in_place'?: (boolean);
  'no_metadata'?: (boolean);
  'source_as_of'?: (string);
}

export interface CopyPolicy__Output {
  'dataset_id': (number);
  'source_base_path': (string);
  'source_subpaths': (string)[];
  'create_dataset_on_target': (boolean);
  'dataset_copy_policy_base': (_datamover_v1_DatasetCopyPolicyBase__Output | null);
  'existing': (string);
  'in_place': (boolean);
  'no_metadata': (boolean);
  'source_as_of': (string);
}
