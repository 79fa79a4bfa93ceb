// Original file: proto/datamover/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface DatasetRef {
  'number'?: (number | string | Long);
  'id'?: (string);
  'base_path'?: (Buffer | Uint8Array | string);
  'ref'?: "number"|"id";
}

export interface DatasetRef__Output {
  'number'?: (string);
  'id'?: (string);
  'base_path': (Buffer);
  'ref'?: "number"|"id";
}
