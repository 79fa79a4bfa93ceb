// Original file: proto/datamover/v1/control.proto

import type { BwRule as _datamover_v1_BwRule, BwRule__Output as _datamover_v1_BwRule__Output } from '../../datamover/v1/BwRule.js';

export interface BwRuleList {
  'rules'?: (_datamover_v1_BwRule)[];
}

export interface BwRuleList__Output {
  'rules': (_datamover_v1_BwRule__Output)[];
}
