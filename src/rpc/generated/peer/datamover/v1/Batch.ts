// Original file: proto/datamover/v1/peer.proto

import type { Phase as _datamover_v1_Phase, Phase__Output as _datamover_v1_Phase__Output } from '../../datamover/v1/Phase.js';
import type { Long } from '@grpc/proto-loader';

export interface Batch {
  'phase'?: (_datamover_v1_Phase);
  'lane'?: (number);
  'token'?: (Buffer | Uint8Array | string);
  'payload'?: (Buffer | Uint8Array | string);
  'files'?: (number);
  'bytes'?: (number | string | Long);
  'changed_bytes'?: (number | string | Long);
  'read_bytes'?: (number | string | Long);
  'raw_bytes'?: (number);
}

export interface Batch__Output {
  'phase': (_datamover_v1_Phase__Output);
  'lane': (number);
  'token': (Buffer);
  'payload': (Buffer);
  'files': (number);
  'bytes': (string);
  'changed_bytes': (string);
  'read_bytes': (string);
  'raw_bytes': (number);
}
