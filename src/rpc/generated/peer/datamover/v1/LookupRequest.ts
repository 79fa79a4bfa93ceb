// Original file: proto/datamover/v1/peer.proto

import type { DatasetRef as _datamover_v1_DatasetRef, DatasetRef__Output as _datamover_v1_DatasetRef__Output } from '../../datamover/v1/DatasetRef.js';

export interface LookupRequest {
  'dataset'?: (_datamover_v1_DatasetRef | null);
  'path'?: (Buffer | Uint8Array | string)[];
}

export interface LookupRequest__Output {
  'dataset': (_datamover_v1_DatasetRef__Output | null);
  'path': (Buffer)[];
}
