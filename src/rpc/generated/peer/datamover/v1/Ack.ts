// Original file: proto/datamover/v1/peer.proto

import type { Failure as _datamover_v1_Failure, Failure__Output as _datamover_v1_Failure__Output } from '../../datamover/v1/Failure.js';
import type { Long } from '@grpc/proto-loader';

export interface Ack {
  'lane'?: (number);
  'applied'?: (Buffer | Uint8Array | string);
  'durable'?: (Buffer | Uint8Array | string);
  'needs'?: (number | string | Long)[];
  'failures'?: (_datamover_v1_Failure)[];
  'waited_ms'?: (number | string | Long);
}

export interface Ack__Output {
  'lane': (number);
  'applied': (Buffer);
  'durable': (Buffer);
  'needs': (string)[];
  'failures': (_datamover_v1_Failure__Output)[];
  'waited_ms': (string);
}
