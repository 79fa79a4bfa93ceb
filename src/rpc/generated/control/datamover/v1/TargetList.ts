// Original file: proto/datamover/v1/control.proto

import type { TargetView as _datamover_v1_TargetView, TargetView__Output as _datamover_v1_TargetView__Output } from '../../datamover/v1/TargetView.js';

export interface TargetList {
  'targets'?: (_datamover_v1_TargetView)[];
}

export interface TargetList__Output {
  'targets': (_datamover_v1_TargetView__Output)[];
}
