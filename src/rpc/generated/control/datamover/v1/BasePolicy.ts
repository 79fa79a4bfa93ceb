// Original file: proto/datamover/v1/control.proto

import type { Schedule as _datamover_v1_Schedule, Schedule__Output as _datamover_v1_Schedule__Output } from '../../datamover/v1/Schedule.js';
import type { RetentionView as _datamover_v1_RetentionView, RetentionView__Output as _datamover_v1_RetentionView__Output } from '../../datamover/v1/RetentionView.js';
import type { Long } from '@grpc/proto-loader';

export interface BasePolicy {
  'id'?: (number | string | Long);
  'name'?: (string);
  'override_list'?: (string)[];
  'enabled'?: (boolean);
  'priority'?: (string);
  'schedule'?: (_datamover_v1_Schedule | null);
  'briefcase'?: (string);
  'base_account_id'?: (string);
  'new_tasks_account'?: (string);
  'source_account_id'?: (string);
  'target_account_id'?: (string);
  'source_base_path'?: (string);
  'target_base_path'?: (string);
  'source_subpaths'?: (string)[];
  'src_dataset_retention'?: (_datamover_v1_RetentionView | null);
  'tgt_dataset_retention'?: (_datamover_v1_RetentionView | null);
}

export interface BasePolicy__Output {
  'id': (number);
  'name': (string);
  'override_list': (string)[];
  'enabled': (boolean);
  'priority': (string);
  'schedule': (_datamover_v1_Schedule__Output | null);
  'briefcase': (string);
  'base_account_id': (string);
  'new_tasks_account': (string);
  'source_account_id': (string);
  'target_account_id': (string);
  'source_base_path': (string);
  'target_base_path': (string);
  'source_subpaths': (string)[];
  'src_dataset_retention': (_datamover_v1_RetentionView__Output | null);
  'tgt_dataset_retention': (_datamover_v1_RetentionView__Output | null);
}
