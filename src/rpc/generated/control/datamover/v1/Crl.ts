// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface Crl {
  'id'?: (string);
  'name'?: (string);
  'issuer'?: (string);
  'this_update'?: (string);
  'next_update'?: (string);
  'revoked'?: (number | string | Long);
  'status'?: (string);
}

export interface Crl__Output {
  'id': (string);
  'name': (string);
  'issuer': (string);
  'this_update': (string);
  'next_update': (string);
  'revoked': (number);
  'status': (string);
}
