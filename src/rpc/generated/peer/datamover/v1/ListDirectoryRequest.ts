// Original file: proto/datamover/v1/peer.proto

import type { DatasetRef as _datamover_v1_DatasetRef, DatasetRef__Output as _datamover_v1_DatasetRef__Output } from '../../datamover/v1/DatasetRef.js';
import type { Long } from '@grpc/proto-loader';

export interface ListDirectoryRequest {
  'dataset'?: (_datamover_v1_DatasetRef | null);
  'gfid'?: (number | string | Long);
  'after'?: (Buffer | Uint8Array | string);
  '_after'?: "after";
}

export interface ListDirectoryRequest__Output {
  'dataset': (_datamover_v1_DatasetRef__Output | null);
  'gfid': (string);
  'after'?: (Buffer);
  '_after'?: "after";
}
