// Original file: proto/datamover/v1/control.proto


export interface RekeyBackupRequest {
  'account'?: (string);
  'base_path'?: (string);
  'add_passphrase'?: (string);
  'add_key'?: (Buffer | Uint8Array | string);
  'remove_ids'?: (string)[];
  '_add_passphrase'?: "add_passphrase";
  '_add_key'?: "add_key";
}

export interface RekeyBackupRequest__Output {
  'account': (string);
  'base_path': (string);
  'add_passphrase'?: (string);
  'add_key'?: (Buffer);
  'remove_ids': (string)[];
}
