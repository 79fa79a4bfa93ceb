// Original file: proto/datamover/v1/peer.proto


export interface ListDatasetsRequest {
  'tree'?: (string);
  'base_path'?: (Buffer | Uint8Array | string);
}

export interface ListDatasetsRequest__Output {
  'tree': (string);
  'base_path': (Buffer);
}
