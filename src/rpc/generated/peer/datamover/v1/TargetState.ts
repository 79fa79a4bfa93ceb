// Original file: proto/datamover/v1/peer.proto

import type { Base as _datamover_v1_Base, Base__Output as _datamover_v1_Base__Output } from '../../datamover/v1/Base.js';

export interface TargetState {
  'kind'?: (string);
  'tree'?: (string);
  'head'?: (_datamover_v1_Base | null);
  'gone'?: (boolean);
}

export interface TargetState__Output {
  'kind': (string);
  'tree': (string);
  'head': (_datamover_v1_Base__Output | null);
  'gone': (boolean);
}
