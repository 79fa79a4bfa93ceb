// Original file: proto/datamover/v1/peer.proto


export interface PreviewDatasetRequest {
  'base_path'?: (Buffer | Uint8Array | string);
  'excludes'?: (string)[];
  'accept_source'?: (boolean);
}

export interface PreviewDatasetRequest__Output {
  'base_path': (Buffer);
  'excludes': (string)[];
  'accept_source': (boolean);
}
