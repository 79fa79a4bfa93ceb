// Original file: proto/datamover/v1/peer.proto

import type { Incarnation as _datamover_v1_Incarnation, Incarnation__Output as _datamover_v1_Incarnation__Output } from '../../datamover/v1/Incarnation.js';
import type { Long } from '@grpc/proto-loader';

export interface DatasetIdentity {
  'id'?: (string);
  'tree'?: (string);
  'parents'?: (string)[];
  'root_digest'?: (string);
  'content_digest'?: (string);
  'content_digest_state'?: (string);
  'name'?: (string);
  'origin_system'?: (string);
  'origin_base_path'?: (Buffer | Uint8Array | string);
  'created_at_ms'?: (number | string | Long);
  'entries'?: (number | string | Long);
  'bytes'?: (number | string | Long);
  'incarnations'?: (_datamover_v1_Incarnation)[];
  'excludes'?: (string)[];
}

export interface DatasetIdentity__Output {
  'id': (string);
  'tree': (string);
  'parents': (string)[];
  'root_digest': (string);
  'content_digest': (string);
  'content_digest_state': (string);
  'name': (string);
  'origin_system': (string);
  'origin_base_path': (Buffer);
  'created_at_ms': (string);
  'entries': (string);
  'bytes': (string);
  'incarnations': (_datamover_v1_Incarnation__Output)[];
  'excludes': (string)[];
}
