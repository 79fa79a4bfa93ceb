// Original file: proto/datamover/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface TicketReply {
  'ticket'?: (Buffer | Uint8Array | string);
  'valid_ms'?: (number | string | Long);
}

export interface TicketReply__Output {
  'ticket': (Buffer);
  'valid_ms': (string);
}
