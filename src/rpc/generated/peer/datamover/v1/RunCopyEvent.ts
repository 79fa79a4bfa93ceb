// Original file: proto/datamover/v1/peer.proto

import type { Applying as _datamover_v1_Applying, Applying__Output as _datamover_v1_Applying__Output } from '../../datamover/v1/Applying.js';
import type { Failure as _datamover_v1_Failure, Failure__Output as _datamover_v1_Failure__Output } from '../../datamover/v1/Failure.js';
import type { CommitEvent as _datamover_v1_CommitEvent, CommitEvent__Output as _datamover_v1_CommitEvent__Output } from '../../datamover/v1/CommitEvent.js';
import type { Long } from '@grpc/proto-loader';

export interface RunCopyEvent {
  'phase'?: (string);
  'resumed'?: (boolean);
  'files'?: (number | string | Long);
  'bytes'?: (number | string | Long);
  'changed_bytes'?: (number | string | Long);
  'read_bytes'?: (number | string | Long);
  'whole_again'?: (number | string | Long);
  'wire_bytes'?: (number | string | Long);
  'applying'?: (_datamover_v1_Applying | null);
  'failures'?: (_datamover_v1_Failure)[];
  'result'?: (_datamover_v1_CommitEvent | null);
}

export interface RunCopyEvent__Output {
  'phase': (string);
  'resumed': (boolean);
  'files': (string);
  'bytes': (string);
  'changed_bytes': (string);
  'read_bytes': (string);
  'whole_again': (string);
  'wire_bytes': (string);
  'applying': (_datamover_v1_Applying__Output | null);
  'failures': (_datamover_v1_Failure__Output)[];
  'result': (_datamover_v1_CommitEvent__Output | null);
}
