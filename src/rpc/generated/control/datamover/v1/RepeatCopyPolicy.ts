// Original file: proto/datamover/v1/control.proto

import type { DatasetCopyPolicyBase as _datamover_v1_DatasetCopyPolicyBase, DatasetCopyPolicyBase__Output as _datamover_v1_DatasetCopyPolicyBase__Output } from '../../datamover/v1/DatasetCopyPolicyBase.js';
import type { Long } from '@grpc/proto-loader';

export interface RepeatCopyPolicy {
  'source_base_path'?: (string);
  'reconnect'?: (boolean);
  'on_drift'?: (string);
  'dataset_copy_policy_base'?: (_datamover_v1_DatasetCopyPolicyBase | null);
  'rpo_alert'?: (number | string | Long);
}

export interface RepeatCopyPolicy__Output {
  'source_base_path': (string);
  'reconnect': (boolean);
  'on_drift': (string);
  'dataset_copy_policy_base': (_datamover_v1_DatasetCopyPolicyBase__Output | null);
  'rpo_alert': (number);
}
