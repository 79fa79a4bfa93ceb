// Original file: proto/datamover/v1/control.proto

import type { Long } from '@grpc/proto-loader';

export interface RepairSummary {
  'base_path'?: (string);
  'segments_bad'?: (number | string | Long);
  'segments_repaired'?: (number | string | Long);
  'packs_copied'?: (number | string | Long);
  'indexed'?: (boolean);
  'numbers_repaired'?: (number | string | Long);
  'plain_path'?: (string);
  'none_there'?: (boolean);
}

export interface RepairSummary__Output {
  'base_path': (string);
  'segments_bad': (number);
  'segments_repaired': (number);
  'packs_copied': (number);
  'indexed': (boolean);
  'numbers_repaired': (number);
  'plain_path': (string);
  'none_there': (boolean);
}
