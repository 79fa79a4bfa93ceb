// Original file: proto/datamover/v1/control.proto


export interface JobHistoryQuery {
  'after_time'?: (string);
}

export interface JobHistoryQuery__Output {
  'after_time': (string);
}
