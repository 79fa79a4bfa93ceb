// Original file: proto/datamover/v1/control.proto

import type { RetentionView as _datamover_v1_RetentionView, RetentionView__Output as _datamover_v1_RetentionView__Output } from '../../datamover/v1/RetentionView.js';

export interface CreationPolicy {
  'account_id'?: (string);
  'base_path'?: (string);
  'retention'?: (_datamover_v1_RetentionView | null);
  'exclude'?: (string)[];
  'snapshot'?: (string);
  'cross_subvolumes'?: (boolean);
  'pre_command'?: (string);
  'post_command'?: (string);
}

export interface CreationPolicy__Output {
  'account_id': (string);
  'base_path': (string);
  'retention': (_datamover_v1_RetentionView__Output | null);
  'exclude': (string)[];
  'snapshot': (string);
  'cross_subvolumes': (boolean);
  'pre_command': (string);
  'post_command': (string);
}
