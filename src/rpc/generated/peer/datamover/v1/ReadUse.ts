// Original file: proto/datamover/v1/peer.proto

import type { DatasetRef as _datamover_v1_DatasetRef, DatasetRef__Output as _datamover_v1_DatasetRef__Output } from '../../datamover/v1/DatasetRef.js';

export interface ReadUse {
  'dataset'?: (_datamover_v1_DatasetRef | null);
  'subpaths'?: (Buffer | Uint8Array | string)[];
}

export interface ReadUse__Output {
  'dataset': (_datamover_v1_DatasetRef__Output | null);
  'subpaths': (Buffer)[];
}
