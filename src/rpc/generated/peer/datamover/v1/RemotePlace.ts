// Original file: proto/datamover/v1/peer.proto


export interface RemotePlace {
  'addresses'?: (string)[];
  'peer'?: (string);
  'ticket'?: (Buffer | Uint8Array | string);
}

export interface RemotePlace__Output {
  'addresses': (string)[];
  'peer': (string);
  'ticket': (Buffer);
}
