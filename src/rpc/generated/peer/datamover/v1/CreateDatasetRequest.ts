// Original file: proto/datamover/v1/peer.proto

import type { Retention as _datamover_v1_Retention, Retention__Output as _datamover_v1_Retention__Output } from '../../datamover/v1/Retention.js';

export interface CreateDatasetRequest {
  'base_path'?: (Buffer | Uint8Array | string);
  'name'?: (string);
  'excludes'?: (string)[];
  'provider'?: (string);
  'retention'?: (_datamover_v1_Retention | null);
  'accept_source'?: (boolean);
  'partial'?: (string);
  'request_id'?: (string);
}

export interface CreateDatasetRequest__Output {
  'base_path': (Buffer);
  'name': (string);
  'excludes': (string)[];
  'provider': (string);
  'retention': (_datamover_v1_Retention__Output | null);
  'accept_source': (boolean);
  'partial': (string);
  'request_id': (string);
}
