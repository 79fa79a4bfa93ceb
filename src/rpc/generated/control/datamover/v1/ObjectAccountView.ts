// Original file: proto/datamover/v1/control.proto


export interface ObjectAccountView {
  'access_id'?: (string);
  'credentials'?: (string);
  'session_token'?: (boolean);
  'region'?: (string);
  'addressing'?: (string);
  'own_ca'?: (boolean);
  'proxy_uri'?: (string);
  'storage_class'?: (string);
  'enforce_sse'?: (boolean);
  'allow_insecure'?: (boolean);
  'object_lock_mode'?: (string);
  'object_lock_days'?: (number);
  'encryption'?: (string);
  'read_only'?: (boolean);
  'as_of'?: (string);
  'max_tasks'?: (number);
  'single_writer'?: (boolean);
  'accept_unsigned'?: (boolean);
}

export interface ObjectAccountView__Output {
  'access_id': (string);
  'credentials': (string);
  'session_token': (boolean);
  'region': (string);
  'addressing': (string);
  'own_ca': (boolean);
  'proxy_uri': (string);
  'storage_class': (string);
  'enforce_sse': (boolean);
  'allow_insecure': (boolean);
  'object_lock_mode': (string);
  'object_lock_days': (number);
  'encryption': (string);
  'read_only': (boolean);
  'as_of': (string);
  'max_tasks': (number);
  'single_writer': (boolean);
  'accept_unsigned': (boolean);
}
