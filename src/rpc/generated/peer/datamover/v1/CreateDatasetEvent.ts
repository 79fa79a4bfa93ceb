// Original file: proto/datamover/v1/peer.proto

import type { Dataset as _datamover_v1_Dataset, Dataset__Output as _datamover_v1_Dataset__Output } from '../../datamover/v1/Dataset.js';
import type { BadEntry as _datamover_v1_BadEntry, BadEntry__Output as _datamover_v1_BadEntry__Output } from '../../datamover/v1/BadEntry.js';
import type { TargetStatistics as _datamover_v1_TargetStatistics, TargetStatistics__Output as _datamover_v1_TargetStatistics__Output } from '../../datamover/v1/TargetStatistics.js';
import type { Long } from '@grpc/proto-loader';

export interface CreateDatasetEvent {
  'phase'?: (string);
  'entries'?: (number | string | Long);
  'bytes_done'?: (number | string | Long);
  'bytes_total'?: (number | string | Long);
  'dataset'?: (_datamover_v1_Dataset | null);
  'failures'?: (_datamover_v1_BadEntry)[];
  'statistics'?: (_datamover_v1_TargetStatistics | null);
  'bytes_read'?: (number | string | Long);
}

export interface CreateDatasetEvent__Output {
  'phase': (string);
  'entries': (string);
  'bytes_done': (string);
  'bytes_total': (string);
  'dataset': (_datamover_v1_Dataset__Output | null);
  'failures': (_datamover_v1_BadEntry__Output)[];
  'statistics': (_datamover_v1_TargetStatistics__Output | null);
  'bytes_read': (string);
}
