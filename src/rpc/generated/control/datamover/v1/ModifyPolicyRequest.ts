// Original file: proto/datamover/v1/control.proto

import type { Policy as _datamover_v1_Policy, Policy__Output as _datamover_v1_Policy__Output } from '../../datamover/v1/Policy.js';

export interface ModifyPolicyRequest {
  'ref'?: (string);
  'policy'?: (_datamover_v1_Policy | null);
  'update_mask'?: (string)[];
  'run_now'?: (boolean);
}

export interface ModifyPolicyRequest__Output {
  'ref': (string);
  'policy': (_datamover_v1_Policy__Output | null);
  'update_mask': (string)[];
  'run_now': (boolean);
}
