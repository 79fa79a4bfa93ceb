// Original file: proto/datamover/v1/peer.proto

import type { Failure as _datamover_v1_Failure, Failure__Output as _datamover_v1_Failure__Output } from '../../datamover/v1/Failure.js';

export interface CommitRequest {
  'session'?: (string);
  'partial'?: (string);
  'failures'?: (_datamover_v1_Failure)[];
}

export interface CommitRequest__Output {
  'session': (string);
  'partial': (string);
  'failures': (_datamover_v1_Failure__Output)[];
}
