// Original file: proto/datamover/v1/control.proto


export interface ObjectAccountOptions {
  'access_id'?: (string);
  'secret_key'?: (string);
  'session_token'?: (string);
  'region'?: (string);
  'addressing'?: (string);
  'ca_pem'?: (string);
  'proxy_uri'?: (string);
  'storage_class'?: (string);
  'enforce_sse'?: (boolean);
  'allow_insecure'?: (boolean);
  'object_lock_mode'?: (string);
  'object_lock_days'?: (number);
  'encryption_key'?: (Buffer | Uint8Array | string);
  'encryption_passphrase'?: (string);
  'read_only'?: (boolean);
  'as_of'?: (string);
  'max_tasks'?: (number);
  'single_writer'?: (boolean);
  'accept_unsigned'?: (boolean);
  '_access_id'?: "access_id";
  '_secret_key'?: "secret_key";
  '_session_token'?: "session_token";
  '_region'?: "region";
  '_addressing'?: "addressing";
  '_ca_pem'?: "ca_pem";
  '_proxy_uri'?: "proxy_uri";
  '_storage_class'?: "storage_class";
  '_enforce_sse'?: "enforce_sse";
  '_allow_insecure'?: "allow_insecure";
  '_object_lock_mode'?: "object_lock_mode";
  '_object_lock_days'?: "object_lock_days";
  '_encryption_key'?: "encryption_key";
  '_encryption_passphrase'?: "encryption_passphrase";
  '_read_only'?: "read_only";
  '_as_of'?: "as_of";
  '_max_tasks'?: "max_tasks";
  '_single_writer'?: "single_writer";
  '_accept_unsigned'?: "accept_unsigned";
}

export interface ObjectAccountOptions__Output {
  'access_id'?: (string);
  'secret_key'?: (string);
  'session_token'?: (string);
  'region'?: (string);
  'addressing'?: (string);
  'ca_pem'?: (string);
  'proxy_uri'?: (string);
  'storage_class'?: (string);
  'enforce_sse'?: (boolean);
  'allow_insecure'?: (boolean);
  'object_lock_mode'?: (string);
  'object_lock_days'?: (number);
  'encryption_key'?: (Buffer);
  'encryption_passphrase'?: (string);
  'read_only'?: (boolean);
  'as_of'?: (string);
  'max_tasks'?: (number);
  'single_writer'?: (boolean);
  'accept_unsigned'?: (boolean);
}
