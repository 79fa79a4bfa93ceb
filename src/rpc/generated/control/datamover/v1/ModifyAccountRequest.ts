// Original file: proto/datamover/v1/control.proto

import type { ObjectAccountOptions as _datamover_v1_ObjectAccountOptions, ObjectAccountOptions__Output as _datamover_v1_ObjectAccountOptions__Output } from '../../datamover/v1/ObjectAccountOptions.js';

export interface ModifyAccountRequest {
  'ref'?: (string);
  'name'?: (string);
  'uri'?: (string);
  'ca_certificate_id'?: (string);
  'client_certificate_id'?: (string);
  'peer_fingerprint'?: (string);
  'briefcase'?: (string);
  'object'?: (_datamover_v1_ObjectAccountOptions | null);
  'compression'?: (string);
  '_name'?: "name";
  '_uri'?: "uri";
  '_ca_certificate_id'?: "ca_certificate_id";
  '_client_certificate_id'?: "client_certificate_id";
  '_peer_fingerprint'?: "peer_fingerprint";
  '_briefcase'?: "briefcase";
  '_compression'?: "compression";
}

export interface ModifyAccountRequest__Output {
  'ref': (string);
  'name'?: (string);
  'uri'?: (string);
  'ca_certificate_id'?: (string);
  'client_certificate_id'?: (string);
  'peer_fingerprint'?: (string);
  'briefcase'?: (string);
  'object': (_datamover_v1_ObjectAccountOptions__Output | null);
  'compression'?: (string);
}
