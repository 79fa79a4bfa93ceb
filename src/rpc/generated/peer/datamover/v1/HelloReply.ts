// Original file: proto/datamover/v1/peer.proto


export interface HelloReply {
  'program_version'?: (string);
  'protocol'?: (number);
  'system_guid'?: (string);
  'agent_name'?: (string);
  'allowed'?: (string)[];
  'roots'?: (Buffer | Uint8Array | string)[];
  'ticket_taken'?: (boolean);
}

export interface HelloReply__Output {
  'program_version': (string);
  'protocol': (number);
  'system_guid': (string);
  'agent_name': (string);
  'allowed': (string)[];
  'roots': (Buffer)[];
  'ticket_taken': (boolean);
}
