// Original file: proto/datamover/v1/control.proto

import type { ExpiredDataset as _datamover_v1_ExpiredDataset, ExpiredDataset__Output as _datamover_v1_ExpiredDataset__Output } from '../../datamover/v1/ExpiredDataset.js';
import type { LockedDataset as _datamover_v1_LockedDataset, LockedDataset__Output as _datamover_v1_LockedDataset__Output } from '../../datamover/v1/LockedDataset.js';
import type { Long } from '@grpc/proto-loader';

export interface JobExpiration {
  'expired_total'?: (number | string | Long);
  'freed_bytes'?: (number | string | Long);
  'expired'?: (_datamover_v1_ExpiredDataset)[];
  'locked_total'?: (number | string | Long);
  'locked'?: (_datamover_v1_LockedDataset)[];
}

export interface JobExpiration__Output {
  'expired_total': (number);
  'freed_bytes': (number);
  'expired': (_datamover_v1_ExpiredDataset__Output)[];
  'locked_total': (number);
  'locked': (_datamover_v1_LockedDataset__Output)[];
}
