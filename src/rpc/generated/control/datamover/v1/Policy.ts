// Original file: proto/datamover/v1/control.proto

import type { CreationPolicy as _datamover_v1_CreationPolicy, CreationPolicy__Output as _datamover_v1_CreationPolicy__Output } from '../../datamover/v1/CreationPolicy.js';
import type { CopyPolicy as _datamover_v1_CopyPolicy, CopyPolicy__Output as _datamover_v1_CopyPolicy__Output } from '../../datamover/v1/CopyPolicy.js';
import type { RepeatCopyPolicy as _datamover_v1_RepeatCopyPolicy, RepeatCopyPolicy__Output as _datamover_v1_RepeatCopyPolicy__Output } from '../../datamover/v1/RepeatCopyPolicy.js';
import type { Schedule as _datamover_v1_Schedule, Schedule__Output as _datamover_v1_Schedule__Output } from '../../datamover/v1/Schedule.js';
import type { ValueSource as _datamover_v1_ValueSource, ValueSource__Output as _datamover_v1_ValueSource__Output } from '../../datamover/v1/ValueSource.js';
import type { ExpirationPolicy as _datamover_v1_ExpirationPolicy, ExpirationPolicy__Output as _datamover_v1_ExpirationPolicy__Output } from '../../datamover/v1/ExpirationPolicy.js';
import type { Long } from '@grpc/proto-loader';

export interface Policy {
  'id'?: (number | string | Long);
  'name'?: (string);
  'priority'?: (string);
  'enabled'?: (boolean);
  'policy_type'?: (string);
  'briefcase'?: (string);
  'partial'?: (string);
  'max_delete'?: (string);
  'creation_policy'?: (_datamover_v1_CreationPolicy | null);
  'copy_policy'?: (_datamover_v1_CopyPolicy | null);
  'repeat_copy_policy'?: (_datamover_v1_RepeatCopyPolicy | null);
  'disabled_by_dm'?: (boolean);
  'last_job_id'?: (number | string | Long);
  'last_run_at'?: (string);
  'spent'?: (boolean);
  'schedule'?: (_datamover_v1_Schedule | null);
  'parent_exec_policy_id'?: (number | string | Long);
  'next_run_at'?: (string);
  'waits_for'?: (string);
  'base_policy_id'?: (number | string | Long);
  'value_sources'?: (_datamover_v1_ValueSource)[];
  'rpo_exceeded'?: (boolean);
  'expiration_policy'?: (_datamover_v1_ExpirationPolicy | null);
}

export interface Policy__Output {
  'id': (number);
  'name': (string);
  'priority': (string);
  'enabled': (boolean);
  'policy_type': (string);
  'briefcase': (string);
  'partial': (string);
  'max_delete': (string);
  'creation_policy': (_datamover_v1_CreationPolicy__Output | null);
  'copy_policy': (_datamover_v1_CopyPolicy__Output | null);
  'repeat_copy_policy': (_datamover_v1_RepeatCopyPolicy__Output | null);
  'disabled_by_dm': (boolean);
  'last_job_id': (number);
  'last_run_at': (string);
  'spent': (boolean);
  'schedule': (_datamover_v1_Schedule__Output | null);
  'parent_exec_policy_id': (number);
  'next_run_at': (string);
  'waits_for': (string);
  'base_policy_id': (number);
  'value_sources': (_datamover_v1_ValueSource__Output)[];
  'rpo_exceeded': (boolean);
  'expiration_policy': (_datamover_v1_ExpirationPolicy__Output | null);
}
