// Original file: proto/datamover/v1/peer.proto

import type { DatasetRef as _datamover_v1_DatasetRef, DatasetRef__Output as _datamover_v1_DatasetRef__Output } from '../../datamover/v1/DatasetRef.js';
import type { Long } from '@grpc/proto-loader';

export interface ReadRequest {
  'dataset'?: (_datamover_v1_DatasetRef | null);
  'gfid'?: (number | string | Long);
  'offset'?: (number | string | Long);
  'length'?: (number | string | Long);
}

export interface ReadRequest__Output {
  'dataset': (_datamover_v1_DatasetRef__Output | null);
  'gfid': (string);
  'offset': (string);
  'length': (string);
}
