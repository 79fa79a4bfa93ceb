// Original file: proto/datamover/v1/control.proto

import type { BasePolicy as _datamover_v1_BasePolicy, BasePolicy__Output as _datamover_v1_BasePolicy__Output } from '../../datamover/v1/BasePolicy.js';

export interface BasePolicyList {
  'base_policies'?: (_datamover_v1_BasePolicy)[];
}

export interface BasePolicyList__Output {
  'base_policies': (_datamover_v1_BasePolicy__Output)[];
}
