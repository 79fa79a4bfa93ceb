// Original file: proto/datamover/v1/peer.proto

import type { DatasetIdentity as _datamover_v1_DatasetIdentity, DatasetIdentity__Output as _datamover_v1_DatasetIdentity__Output } from '../../datamover/v1/DatasetIdentity.js';
import type { Base as _datamover_v1_Base, Base__Output as _datamover_v1_Base__Output } from '../../datamover/v1/Base.js';
import type { Retention as _datamover_v1_Retention, Retention__Output as _datamover_v1_Retention__Output } from '../../datamover/v1/Retention.js';
import type { Long } from '@grpc/proto-loader';

export interface Offer {
  'dataset'?: (_datamover_v1_DatasetIdentity | null);
  'base'?: (_datamover_v1_Base | null);
  'subpaths'?: (Buffer | Uint8Array | string)[];
  'target_path'?: (Buffer | Uint8Array | string);
  'create_dataset'?: (boolean);
  'retention'?: (_datamover_v1_Retention | null);
  'adopt'?: (boolean);
  'reconnect'?: (boolean);
  'on_drift'?: (string);
  'max_delete'?: (number | string | Long);
  'lanes'?: (number);
  'job'?: (string);
  '_max_delete'?: "max_delete";
}

export interface Offer__Output {
  'dataset': (_datamover_v1_DatasetIdentity__Output | null);
  'base': (_datamover_v1_Base__Output | null);
  'subpaths': (Buffer)[];
  'target_path': (Buffer);
  'create_dataset': (boolean);
  'retention': (_datamover_v1_Retention__Output | null);
  'adopt': (boolean);
  'reconnect': (boolean);
  'on_drift': (string);
  'max_delete'?: (string);
  'lanes': (number);
  'job': (string);
  '_max_delete'?: "max_delete";
}
