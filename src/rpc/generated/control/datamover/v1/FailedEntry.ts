// Original file: proto/datamover/v1/control.proto


export interface FailedEntry {
  'path'?: (string);
  'path_base64'?: (string);
  'code'?: (string);
  'message'?: (string);
}

export interface FailedEntry__Output {
  'path': (string);
  'path_base64': (string);
  'code': (string);
  'message': (string);
}
