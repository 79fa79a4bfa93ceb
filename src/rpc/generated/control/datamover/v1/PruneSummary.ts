// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface PruneSummary {
  'base_path'?: (string);
  'packs_deleted'?: (number | string | Long);
  'bytes_freed'?: (number | string | Long);
  'bytes_kept_as_versions'?: (number | string | Long);
  'packs_doomed'?: (number | string | Long);
  'bytes_doomed'?: (number | string | Long);
  'doomed_until'?: (string);
  'packs_young'?: (number | string | Long);
  'bytes_young'?: (number | string | Long);
  'uploads_dropped'?: (number | string | Long);
  'packs_repacked'?: (number | string | Long);
  'bytes_repacked'?: (number | string | Long);
  'numbers_dropped'?: (number | string | Long);
}

export interface PruneSummary__Output {
  'base_path': (string);
  'packs_deleted': (number);
  'bytes_freed': (number);
  'bytes_kept_as_versions': (number);
  'packs_doomed': (number);
  'bytes_doomed': (number);
  'doomed_until': (string);
  'packs_young': (number);
  'bytes_young': (number);
  'uploads_dropped': (number);
  'packs_repacked': (number);
  'bytes_repacked': (number);
  'numbers_dropped': (number);
}
