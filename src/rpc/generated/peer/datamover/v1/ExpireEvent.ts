// Original file: proto/datamover/v1/peer.proto

import type { ExpiredDataset as _datamover_v1_ExpiredDataset, ExpiredDataset__Output as _datamover_v1_ExpiredDataset__Output } from '../../datamover/v1/ExpiredDataset.js';
import type { Long } from '@grpc/proto-loader';

export interface ExpireEvent {
  'expired'?: (_datamover_v1_ExpiredDataset)[];
  'freed_bytes'?: (number | string | Long);
  'locked'?: (_datamover_v1_ExpiredDataset)[];
  'done'?: (boolean);
}

export interface ExpireEvent__Output {
  'expired': (_datamover_v1_ExpiredDataset__Output)[];
  'freed_bytes': (string);
  'locked': (_datamover_v1_ExpiredDataset__Output)[];
  'done': (boolean);
}
