// Original file: proto/datamover/v1/control.proto

import type { RepairSummary as _datamover_v1_RepairSummary, RepairSummary__Output as _datamover_v1_RepairSummary__Output } from '../../datamover/v1/RepairSummary.js';
import type { ListingWarning as _datamover_v1_ListingWarning, ListingWarning__Output as _datamover_v1_ListingWarning__Output } from '../../datamover/v1/ListingWarning.js';
import type { Long } from '@grpc/proto-loader';

export interface RepairBackupsProgress {
  'base_path'?: (string);
  'step'?: (string);
  'done'?: (number | string | Long);
  'summary'?: (_datamover_v1_RepairSummary | null);
  'warning'?: (_datamover_v1_ListingWarning | null);
}

export interface RepairBackupsProgress__Output {
  'base_path': (string);
  'step': (string);
  'done': (number);
  'summary': (_datamover_v1_RepairSummary__Output | null);
  'warning': (_datamover_v1_ListingWarning__Output | null);
}
