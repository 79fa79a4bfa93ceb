// Original file: proto/datamover/v1/control.proto

import type { Policy as _datamover_v1_Policy, Policy__Output as _datamover_v1_Policy__Output } from '../../datamover/v1/Policy.js';

export interface CreatePolicyRequest {
  'policy'?: (_datamover_v1_Policy | null);
  'run_now'?: (boolean);
}

export interface CreatePolicyRequest__Output {
  'policy': (_datamover_v1_Policy__Output | null);
  'run_now': (boolean);
}
