// Original file: proto/datamover/v1/control.proto

import type { StoreCheck as _datamover_v1_StoreCheck, StoreCheck__Output as _datamover_v1_StoreCheck__Output } from '../../datamover/v1/StoreCheck.js';

export interface PingAccountReply {
  'uri'?: (string);
  'round_trip_ms'?: (number | string);
  'local_version'?: (string);
  'peer_version'?: (string);
  'protocol'?: (number);
  'peer_name'?: (string);
  'peer_system_guid'?: (string);
  'peer_fingerprint'?: (string);
  'allowed_there'?: (string)[];
  'allowed_here'?: (string)[];
  'roots_there'?: (string)[];
  'checks'?: (_datamover_v1_StoreCheck)[];
}

export interface PingAccountReply__Output {
  'uri': (string);
  'round_trip_ms': (number);
  'local_version': (string);
  'peer_version': (string);
  'protocol': (number);
  'peer_name': (string);
  'peer_system_guid': (string);
  'peer_fingerprint': (string);
  'allowed_there': (string)[];
  'allowed_here': (string)[];
  'roots_there': (string)[];
  'checks': (_datamover_v1_StoreCheck__Output)[];
}
