// Original file: proto/datamover/v1/control.proto

import type { PruneSummary as _datamover_v1_PruneSummary, PruneSummary__Output as _datamover_v1_PruneSummary__Output } from '../../datamover/v1/PruneSummary.js';
import type { ListingWarning as _datamover_v1_ListingWarning, ListingWarning__Output as _datamover_v1_ListingWarning__Output } from '../../datamover/v1/ListingWarning.js';
import type { Long } from '@grpc/proto-loader';

export interface PruneBackupsProgress {
  'base_path'?: (string);
  'step'?: (string);
  'done'?: (number | string | Long);
  'total'?: (number | string | Long);
  'until'?: (string);
  'summary'?: (_datamover_v1_PruneSummary | null);
  'warning'?: (_datamover_v1_ListingWarning | null);
}

export interface PruneBackupsProgress__Output {
  'base_path': (string);
  'step': (string);
  'done': (number);
  'total': (number);
  'until': (string);
  'summary': (_datamover_v1_PruneSummary__Output | null);
  'warning': (_datamover_v1_ListingWarning__Output | null);
}
