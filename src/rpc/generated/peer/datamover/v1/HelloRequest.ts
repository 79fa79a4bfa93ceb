// Original file: proto/datamover/v1/peer.proto


export interface HelloRequest {
  'program_version'?: (string);
  'protocol_min'?: (number);
  'protocol_max'?: (number);
  'system_guid'?: (string);
  'agent_name'?: (string);
  'ticket'?: (Buffer | Uint8Array | string);
}

export interface HelloRequest__Output {
  'program_version': (string);
  'protocol_min': (number);
  'protocol_max': (number);
  'system_guid': (string);
  'agent_name': (string);
  'ticket': (Buffer);
}
