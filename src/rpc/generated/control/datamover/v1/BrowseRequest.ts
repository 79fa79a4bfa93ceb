// Original file: proto/datamover/v1/control.proto


export interface BrowseRequest {
  'account'?: (string);
  'dataset'?: (string);
  'path'?: (Buffer | Uint8Array | string);
}

export interface BrowseRequest__Output {
  'account': (string);
  'dataset': (string);
  'path': (Buffer);
}
