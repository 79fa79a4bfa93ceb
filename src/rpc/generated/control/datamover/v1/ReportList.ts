// Original file: proto/datamover/v1/control.proto

import type { Report as _datamover_v1_Report, Report__Output as _datamover_v1_Report__Output } from '../../datamover/v1/Report.js';

export interface ReportList {
  'reports'?: (_datamover_v1_Report)[];
}

export interface ReportList__Output {
  'reports': (_datamover_v1_Report__Output)[];
}
