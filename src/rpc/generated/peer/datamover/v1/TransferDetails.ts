// Original file: proto/datamover/v1/peer.proto

import type { Long } from '@grpc/proto-loader';

export interface TransferDetails {
  'block_devices'?: (number | string | Long);
  'char_devices'?: (number | string | Long);
  'fifos'?: (number | string | Long);
  'sockets'?: (number | string | Long);
  'files_created'?: (number | string | Long);
  'files_updated'?: (number | string | Long);
  'dirs_changed'?: (number | string | Long);
  'dirs_moved'?: (number | string | Long);
  'dirs_deleted'?: (number | string | Long);
  'files_to_8k'?: (number | string | Long);
  'files_to_1m'?: (number | string | Long);
  'files_to_100m'?: (number | string | Long);
  'files_to_10g'?: (number | string | Long);
  'files_over_10g'?: (number | string | Long);
  'bytes_of_files'?: (number | string | Long);
  'bytes_truncated'?: (number | string | Long);
}

export interface TransferDetails__Output {
  'block_devices': (string);
  'char_devices': (string);
  'fifos': (string);
  'sockets': (string);
  'files_created': (string);
  'files_updated': (string);
  'dirs_changed': (string);
  'dirs_moved': (string);
  'dirs_deleted': (string);
  'files_to_8k': (string);
  'files_to_1m': (string);
  'files_to_100m': (string);
  'files_to_10g': (string);
  'files_over_10g': (string);
  'bytes_of_files': (string);
  'bytes_truncated': (string);
}
