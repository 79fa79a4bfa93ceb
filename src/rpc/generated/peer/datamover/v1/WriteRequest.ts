// Original file: proto/datamover/v1/peer.proto

import type { Batch as _datamover_v1_Batch, Batch__Output as _datamover_v1_Batch__Output } from '../../datamover/v1/Batch.js';

export interface WriteRequest {
  'session'?: (string);
  'batch'?: (_datamover_v1_Batch | null);
}

export interface WriteRequest__Output {
  'session': (string);
  'batch': (_datamover_v1_Batch__Output | null);
}
