// Original file: proto/datamover/v1/control.proto


export interface ModifyCertificateSettingsRequest {
  'enable_encryption'?: (boolean);
  'strict_hostname_check'?: (boolean);
  '_enable_encryption'?: "enable_encryption";
  '_strict_hostname_check'?: "strict_hostname_check";
}

export interface ModifyCertificateSettingsRequest__Output {
  'enable_encryption'?: (boolean);
  'strict_hostname_check'?: (boolean);
}
