// Original file: proto/datamover/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface DirectoryEntry {
  'name'?: (Buffer | Uint8Array | string);
  'gfid'?: (number | string | Long);
  'inode'?: (Buffer | Uint8Array | string);
}

export interface DirectoryEntry__Output {
  'name': (Buffer);
  'gfid': (string);
  'inode': (Buffer);
}
