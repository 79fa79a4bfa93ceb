// Original file: proto/datamover/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface EntryName {
  'parent'?: (number | string | Long);
  'name'?: (Buffer | Uint8Array | string);
}

export interface EntryName__Output {
  'parent': (string);
  'name': (Buffer);
}
