// Original file: proto/datamover/v1/peer.proto


export interface ResumePoint {
  'lanes'?: (number);
  'structure_done'?: (boolean);
  'tokens'?: (Buffer | Uint8Array | string)[];
}

export interface ResumePoint__Output {
  'lanes': (number);
  'structure_done': (boolean);
  'tokens': (Buffer)[];
}
