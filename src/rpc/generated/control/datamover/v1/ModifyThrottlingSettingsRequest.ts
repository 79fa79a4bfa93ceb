// Original file: proto/datamover/v1/control.proto


export interface ModifyThrottlingSettingsRequest {
  'allowed_cpu_threshold'?: (number);
  'system_cpu_load_threshold'?: (number);
  '_allowed_cpu_threshold'?: "allowed_cpu_threshold";
  '_system_cpu_load_threshold'?: "system_cpu_load_threshold";
}

export interface ModifyThrottlingSettingsRequest__Output {
  'allowed_cpu_threshold'?: (number);
  'system_cpu_load_threshold'?: (number);
}
