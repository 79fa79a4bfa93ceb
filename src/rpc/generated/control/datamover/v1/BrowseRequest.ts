// Original file: proto/datamover/v1/control.proto


export interface BrowseRequest {
  'account'?: (string);
  'dataset'?: (string);
  'path'?: (Buffer | Uint8Array | string);
  'compared_to'?: (string);
  'is_later'?: (boolean);
}

export interface BrowseRequest__Output {
  'account': (string);
  'dataset': (string);
  'path': (Buffer);
  'compared_to': (string);
  'is_later': (boolean);
}
