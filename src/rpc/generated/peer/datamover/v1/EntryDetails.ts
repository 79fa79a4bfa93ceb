// Original file: proto/datamover/v1/peer.proto

import type { EntryName as _datamover_v1_EntryName, EntryName__Output as _datamover_v1_EntryName__Output } from '../../datamover/v1/EntryName.js';
import type { Long } from '@grpc/proto-loader';

export interface EntryDetails {
  'has_side'?: (boolean);
  'atime_ns'?: (number | string | Long);
  'ctime_ns'?: (number | string | Long);
  'names'?: (_datamover_v1_EntryName)[];
  'exception_code'?: (string);
  'exception_message'?: (string);
}

export interface EntryDetails__Output {
  'has_side': (boolean);
  'atime_ns': (string);
  'ctime_ns': (string);
  'names': (_datamover_v1_EntryName__Output)[];
  'exception_code': (string);
  'exception_message': (string);
}
