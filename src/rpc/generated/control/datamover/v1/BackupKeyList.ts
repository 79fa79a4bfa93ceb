// Original file: proto/datamover/v1/control.proto

import type { BackupKey as _datamover_v1_BackupKey, BackupKey__Output as _datamover_v1_BackupKey__Output } from '../../datamover/v1/BackupKey.js';

export interface BackupKeyList {
  'keys'?: (_datamover_v1_BackupKey)[];
}

export interface BackupKeyList__Output {
  'keys': (_datamover_v1_BackupKey__Output)[];
}
