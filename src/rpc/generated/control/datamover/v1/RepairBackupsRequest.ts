// Original file: proto/datamover/v1/control.proto


export interface RepairBackupsRequest {
  'account'?: (string);
  'base_path'?: (string);
  'from_account'?: (string);
}

export interface RepairBackupsRequest__Output {
  'account': (string);
  'base_path': (string);
  'from_account': (string);
}
