// Original file: proto/datamover/v1/control.proto

import type { Certificate as _datamover_v1_Certificate, Certificate__Output as _datamover_v1_Certificate__Output } from '../../datamover/v1/Certificate.js';

export interface CertificateList {
  'certificates'?: (_datamover_v1_Certificate)[];
}

export interface CertificateList__Output {
  'certificates': (_datamover_v1_Certificate__Output)[];
}
