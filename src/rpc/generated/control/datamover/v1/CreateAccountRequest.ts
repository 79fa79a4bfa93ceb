// Original file: proto/datamover/v1/control.proto

import type { ObjectAccountOptions as _datamover_v1_ObjectAccountOptions, ObjectAccountOptions__Output as _datamover_v1_ObjectAccountOptions__Output } from '../../datamover/v1/ObjectAccountOptions.js';

export interface CreateAccountRequest {
  'account_type'?: (string);
  'name'?: (string);
  'uri'?: (string);
  'auth_mode'?: (string);
  'ca_certificate_id'?: (string);
  'client_certificate_id'?: (string);
  'peer_fingerprint'?: (string);
  'briefcase'?: (string);
  'object'?: (_datamover_v1_ObjectAccountOptions | null);
  'compression'?: (string);
}

export interface CreateAccountRequest__Output {
  'account_type': (string);
  'name': (string);
  'uri': (string);
  'auth_mode': (string);
  'ca_certificate_id': (string);
  'client_certificate_id': (string);
  'peer_fingerprint': (string);
  'briefcase': (string);
  'object': (_datamover_v1_ObjectAccountOptions__Output | null);
  'compression': (string);
}
