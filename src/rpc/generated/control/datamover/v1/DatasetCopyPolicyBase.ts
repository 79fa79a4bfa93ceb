// Original file: proto/datamover/v1/control.proto

import type { RetentionView as _datamover_v1_RetentionView, RetentionView__Output as _datamover_v1_RetentionView__Output } from '../../datamover/v1/RetentionView.js';

export interface DatasetCopyPolicyBase {
  'base_account_id'?: (string);
  'source_account_id'?: (string);
  'target_account_id'?: (string);
  'new_tasks_account'?: (string);
  'target_base_path'?: (string);
  'target_dataset_type'?: (string);
  'copy_retention'?: (_datamover_v1_RetentionView | null);
}

export interface DatasetCopyPolicyBase__Output {
  'base_account_id': (string);
  'source_account_id': (string);
  'target_account_id': (string);
  'new_tasks_account': (string);
  'target_base_path': (string);
  'target_dataset_type': (string);
  'copy_retention': (_datamover_v1_RetentionView__Output | null);
}
