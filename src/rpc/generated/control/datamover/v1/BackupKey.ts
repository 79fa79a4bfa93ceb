// Original file: proto/datamover/v1/control.proto


export interface BackupKey {
  'id'?: (string);
  'opens_for_account'?: (boolean);
}

export interface BackupKey__Output {
  'id': (string);
  'opens_for_account': (boolean);
}
