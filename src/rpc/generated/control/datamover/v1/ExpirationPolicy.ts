// Original file: proto/datamover/v1/control.proto


export interface ExpirationPolicy {
  'account_id'?: (string);
}

export interface ExpirationPolicy__Output {
  'account_id': (string);
}
