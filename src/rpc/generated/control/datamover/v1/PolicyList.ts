// Original file: proto/datamover/v1/control.proto

import type { Policy as _datamover_v1_Policy, Policy__Output as _datamover_v1_Policy__Output } from '../../datamover/v1/Policy.js';

export interface PolicyList {
  'policies'?: (_datamover_v1_Policy)[];
}

export interface PolicyList__Output {
  'policies': (_datamover_v1_Policy__Output)[];
}
