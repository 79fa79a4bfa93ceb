// Original file: proto/datamover/v1/control.proto


export interface ReportQuery {
  'after_time'?: (string);
  'policy'?: (string);
}

export interface ReportQuery__Output {
  'after_time': (string);
  'policy': (string);
}
