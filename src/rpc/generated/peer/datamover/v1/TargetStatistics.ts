// Original file: proto/datamover/v1/peer.proto

import type { TransferDetails as _datamover_v1_TransferDetails, TransferDetails__Output as _datamover_v1_TransferDetails__Output } from '../../datamover/v1/TransferDetails.js';
import type { Long } from '@grpc/proto-loader';

export interface TargetStatistics {
  'files'?: (number | string | Long);
  'dirs'?: (number | string | Long);
  'symlinks'?: (number | string | Long);
  'hardlinks'?: (number | string | Long);
  'special'?: (number | string | Long);
  'deleted'?: (number | string | Long);
  'moved'?: (number | string | Long);
  'repaired'?: (number | string | Long);
  'details'?: (_datamover_v1_TransferDetails | null);
}

export interface TargetStatistics__Output {
  'files': (string);
  'dirs': (string);
  'symlinks': (string);
  'hardlinks': (string);
  'special': (string);
  'deleted': (string);
  'moved': (string);
  'repaired': (string);
  'details': (_datamover_v1_TransferDetails__Output | null);
}
