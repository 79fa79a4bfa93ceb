// Original file: proto/datamover/v1/control.proto


export interface ThrottlingSettings {
  'allowed_cpu_threshold'?: (number);
  'system_cpu_load_threshold'?: (number);
}

export interface ThrottlingSettings__Output {
  'allowed_cpu_threshold': (number);
  'system_cpu_load_threshold': (number);
}
