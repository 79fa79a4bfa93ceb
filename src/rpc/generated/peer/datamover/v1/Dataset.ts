// Original file: proto/datamover/v1/peer.proto

import type { DatasetIdentity as _datamover_v1_DatasetIdentity, DatasetIdentity__Output as _datamover_v1_DatasetIdentity__Output } from '../../datamover/v1/DatasetIdentity.js';
import type { Warning as _datamover_v1_Warning, Warning__Output as _datamover_v1_Warning__Output } from '../../datamover/v1/Warning.js';
import type { Long } from '@grpc/proto-loader';

export interface Dataset {
  'identity'?: (_datamover_v1_DatasetIdentity | null);
  'number'?: (number | string | Long);
  'type'?: (string);
  'state'?: (string);
  'base_path'?: (Buffer | Uint8Array | string);
  'subpaths'?: (Buffer | Uint8Array | string)[];
  'provider'?: (string);
  'snapshot'?: (string);
  'committed_at_ms'?: (number | string | Long);
  'expires_at_ms'?: (number | string | Long);
  'signed_by'?: (string);
  'locked_by'?: (string)[];
  'warnings'?: (_datamover_v1_Warning)[];
  'exceptions'?: (number | string | Long);
  'reserve'?: (number | string | Long);
  'scan'?: (string);
}

export interface Dataset__Output {
  'identity': (_datamover_v1_DatasetIdentity__Output | null);
  'number': (string);
  'type': (string);
  'state': (string);
  'base_path': (Buffer);
  'subpaths': (Buffer)[];
  'provider': (string);
  'snapshot': (string);
  'committed_at_ms': (string);
  'expires_at_ms': (string);
  'signed_by': (string);
  'locked_by': (string)[];
  'warnings': (_datamover_v1_Warning__Output)[];
  'exceptions': (string);
  'reserve': (string);
  'scan': (string);
}
