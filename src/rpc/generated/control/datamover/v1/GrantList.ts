// Original file: proto/datamover/v1/control.proto

import type { Grant as _datamover_v1_Grant, Grant__Output as _datamover_v1_Grant__Output } from '../../datamover/v1/Grant.js';

export interface GrantList {
  'grants'?: (_datamover_v1_Grant)[];
}

export interface GrantList__Output {
  'grants': (_datamover_v1_Grant__Output)[];
}
