// Original file: proto/datamover/v1/peer.proto

import type { Dataset as _datamover_v1_Dataset, Dataset__Output as _datamover_v1_Dataset__Output } from '../../datamover/v1/Dataset.js';
import type { TargetStatistics as _datamover_v1_TargetStatistics, TargetStatistics__Output as _datamover_v1_TargetStatistics__Output } from '../../datamover/v1/TargetStatistics.js';
import type { Failure as _datamover_v1_Failure, Failure__Output as _datamover_v1_Failure__Output } from '../../datamover/v1/Failure.js';
import type { Long } from '@grpc/proto-loader';

export interface CommitEvent {
  'phase'?: (string);
  'done'?: (number | string | Long);
  'total'?: (number | string | Long);
  'dataset'?: (_datamover_v1_Dataset | null);
  'statistics'?: (_datamover_v1_TargetStatistics | null);
  'failures'?: (_datamover_v1_Failure)[];
}

export interface CommitEvent__Output {
  'phase': (string);
  'done': (string);
  'total': (string);
  'dataset': (_datamover_v1_Dataset__Output | null);
  'statistics': (_datamover_v1_TargetStatistics__Output | null);
  'failures': (_datamover_v1_Failure__Output)[];
}
