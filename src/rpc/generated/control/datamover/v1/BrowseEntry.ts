// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface BrowseEntry {
  'name'?: (Buffer | Uint8Array | string);
  'gfid'?: (string);
  'type'?: (string);
  'mode'?: (number);
  'uid'?: (number | string | Long);
  'gid'?: (number | string | Long);
  'size'?: (number | string | Long);
  'mtime_ns'?: (string);
  'symlink_target'?: (Buffer | Uint8Array | string);
  'nlink'?: (number);
  'is_self'?: (boolean);
  'user_name'?: (string);
  'group_name'?: (string);
  'content_version'?: (string);
  'rdev_major'?: (number);
  'rdev_minor'?: (number);
  'flags'?: (number);
  'xattrs_digest'?: (string);
}

export interface BrowseEntry__Output {
  'name': (Buffer);
  'gfid': (string);
  'type': (string);
  'mode': (number);
  'uid': (number);
  'gid': (number);
  'size': (number);
  'mtime_ns': (string);
  'symlink_target': (Buffer);
  'nlink': (number);
  'is_self': (boolean);
  'user_name': (string);
  'group_name': (string);
  'content_version': (string);
  'rdev_major': (number);
  'rdev_minor': (number);
  'flags': (number);
  'xattrs_digest': (string);
}
