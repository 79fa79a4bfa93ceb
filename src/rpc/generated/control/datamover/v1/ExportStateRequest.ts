// Original file: proto/datamover/v1/control.proto


export interface ExportStateRequest {
  'passphrase'?: (string);
}

export interface ExportStateRequest__Output {
  'passphrase': (string);
}
