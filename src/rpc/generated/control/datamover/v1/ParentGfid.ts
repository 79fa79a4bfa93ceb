// Original file: proto/datamover/v1/control.proto


export interface ParentGfid {
  'gfid'?: (string);
  'name'?: (Buffer | Uint8Array | string);
}

export interface ParentGfid__Output {
  'gfid': (string);
  'name': (Buffer);
}
