// Original file: proto/datamover/v1/control.proto

import type { Crl as _datamover_v1_Crl, Crl__Output as _datamover_v1_Crl__Output } from '../../datamover/v1/Crl.js';

export interface CrlList {
  'crls'?: (_datamover_v1_Crl)[];
}

export interface CrlList__Output {
  'crls': (_datamover_v1_Crl__Output)[];
}
