// Original file: proto/datamover/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface ExpiredDataset {
  'number'?: (number | string | Long);
  'id'?: (string);
  'base_path'?: (Buffer | Uint8Array | string);
  'locked_by'?: (string)[];
}

export interface ExpiredDataset__Output {
  'number': (string);
  'id': (string);
  'base_path': (Buffer);
  'locked_by': (string)[];
}
