// Original file: proto/datamover/v1/control.proto


export interface AgentInfo {
  'version'?: (string);
  'system_guid'?: (string);
  'name'?: (string);
  'listen'?: (string);
  'roots'?: (string)[];
  'peer_access'?: (string)[];
  'local_account_id'?: (string);
}

export interface AgentInfo__Output {
  'version': (string);
  'system_guid': (string);
  'name': (string);
  'listen': (string);
  'roots': (string)[];
  'peer_access': (string)[];
  'local_account_id': (string);
}
