// Original file: proto/datamover/v1/control.proto


export interface DatasetWarningView {
  'path'?: (string);
  'path_base64'?: (string);
  'code'?: (string);
}

export interface DatasetWarningView__Output {
  'path': (string);
  'path_base64': (string);
  'code': (string);
}
