// Original file: proto/datamover/v1/control.proto


export interface Schedule {
  'start_time'?: (string);
  'recurrence'?: (string)[];
  'date_times'?: (string)[];
  'time_zone'?: (string);
}

export interface Schedule__Output {
  'start_time': (string);
  'recurrence': (string)[];
  'date_times': (string)[];
  'time_zone': (string);
}
