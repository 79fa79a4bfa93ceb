// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface ReadFileRequest {
  'account'?: (string);
  'dataset'?: (string);
  'path'?: (Buffer | Uint8Array | string);
  'offset'?: (number | string | Long);
  'length'?: (number | string | Long);
}

export interface ReadFileRequest__Output {
  'account': (string);
  'dataset': (string);
  'path': (Buffer);
  'offset': (number);
  'length': (number);
}
