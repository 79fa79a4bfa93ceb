// Original file: proto/datamover/v1/control.proto

import type { JobRetry as _datamover_v1_JobRetry, JobRetry__Output as _datamover_v1_JobRetry__Output } from '../../datamover/v1/JobRetry.js';
import type { JobProgress as _datamover_v1_JobProgress, JobProgress__Output as _datamover_v1_JobProgress__Output } from '../../datamover/v1/JobProgress.js';
import type { JobStatistics as _datamover_v1_JobStatistics, JobStatistics__Output as _datamover_v1_JobStatistics__Output } from '../../datamover/v1/JobStatistics.js';
import type { FailedEntry as _datamover_v1_FailedEntry, FailedEntry__Output as _datamover_v1_FailedEntry__Output } from '../../datamover/v1/FailedEntry.js';
import type { JobWarning as _datamover_v1_JobWarning, JobWarning__Output as _datamover_v1_JobWarning__Output } from '../../datamover/v1/JobWarning.js';
import type { JobExpiration as _datamover_v1_JobExpiration, JobExpiration__Output as _datamover_v1_JobExpiration__Output } from '../../datamover/v1/JobExpiration.js';
import type { Long } from '@grpc/proto-loader';

export interface Job {
  'id'?: (number | string | Long);
  'state'?: (string);
  'type'?: (string);
  'policy_id'?: (number | string | Long);
  'policy_name'?: (string);
  'priority'?: (string);
  'source_dataset_id'?: (number | string | Long);
  'target_dataset_id'?: (number | string | Long);
  'created_at'?: (string);
  'started_at'?: (string);
  'ended_at'?: (string);
  'partial'?: (boolean);
  'retry'?: (_datamover_v1_JobRetry | null);
  'progress'?: (_datamover_v1_JobProgress | null);
  'statistics'?: (_datamover_v1_JobStatistics | null);
  'failed_total'?: (number | string | Long);
  'failed_entries'?: (_datamover_v1_FailedEntry)[];
  'warnings'?: (_datamover_v1_JobWarning)[];
  'error_code'?: (string);
  'error_message'?: (string);
  'expiration'?: (_datamover_v1_JobExpiration | null);
  'new_tasks_account'?: (string);
}

export interface Job__Output {
  'id': (number);
  'state': (string);
  'type': (string);
  'policy_id': (number);
  'policy_name': (string);
  'priority': (string);
  'source_dataset_id': (number);
  'target_dataset_id': (number);
  'created_at': (string);
  'started_at': (string);
  'ended_at': (string);
  'partial': (boolean);
  'retry': (_datamover_v1_JobRetry__Output | null);
  'progress': (_datamover_v1_JobProgress__Output | null);
  'statistics': (_datamover_v1_JobStatistics__Output | null);
  'failed_total': (number);
  'failed_entries': (_datamover_v1_FailedEntry__Output)[];
  'warnings': (_datamover_v1_JobWarning__Output)[];
  'error_code': (string);
  'error_message': (string);
  'expiration': (_datamover_v1_JobExpiration__Output | null);
  'new_tasks_account': (string);
}
