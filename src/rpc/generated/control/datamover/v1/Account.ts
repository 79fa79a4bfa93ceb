// Original file: proto/datamover/v1/control.proto

import type { ObjectAccountView as _datamover_v1_ObjectAccountView, ObjectAccountView__Output as _datamover_v1_ObjectAccountView__Output } from '../../datamover/v1/ObjectAccountView.js';
import type { Long } from '@grpc/proto-loader';

export interface Account {
  'id'?: (string);
  'name'?: (string);
  'account_type'?: (string);
  'uri'?: (string);
  'auth_mode'?: (string);
  'ca_certificate_id'?: (string);
  'client_certificate_id'?: (string);
  'peer_fingerprint'?: (string);
  'pinned_at'?: (string);
  'briefcase'?: (string);
  'object'?: (_datamover_v1_ObjectAccountView | null);
  'max_tasks'?: (number | string | Long);
  'compression'?: (string);
}

export interface Account__Output {
  'id': (string);
  'name': (string);
  'account_type': (string);
  'uri': (string);
  'auth_mode': (string);
  'ca_certificate_id': (string);
  'client_certificate_id': (string);
  'peer_fingerprint': (string);
  'pinned_at': (string);
  'briefcase': (string);
  'object': (_datamover_v1_ObjectAccountView__Output | null);
  'max_tasks': (number);
  'compression': (string);
}
