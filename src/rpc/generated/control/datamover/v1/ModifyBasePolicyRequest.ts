// Original file: proto/datamover/v1/control.proto

import type { BasePolicy as _datamover_v1_BasePolicy, BasePolicy__Output as _datamover_v1_BasePolicy__Output } from '../../datamover/v1/BasePolicy.js';

export interface ModifyBasePolicyRequest {
  'ref'?: (string);
  'base_policy'?: (_datamover_v1_BasePolicy | null);
  'update_mask'?: (string)[];
}

export interface ModifyBasePolicyRequest__Output {
  'ref': (string);
  'base_policy': (_datamover_v1_BasePolicy__Output | null);
  'update_mask': (string)[];
}
