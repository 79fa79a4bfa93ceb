// Original file: proto/datamover/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface DatasetPreview {
  'is_first'?: (boolean);
  'entries'?: (number | string | Long);
  'bytes'?: (number | string | Long);
  'created'?: (number | string | Long);
  'changed'?: (number | string | Long);
  'deleted'?: (number | string | Long);
  'renamed'?: (number | string | Long);
  'changed_bytes'?: (number | string | Long);
}

export interface DatasetPreview__Output {
  'is_first': (boolean);
  'entries': (string);
  'bytes': (string);
  'created': (string);
  'changed': (string);
  'deleted': (string);
  'renamed': (string);
  'changed_bytes': (string);
}
