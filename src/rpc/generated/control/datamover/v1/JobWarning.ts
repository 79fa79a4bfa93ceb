// Original file: proto/datamover/v1/control.proto


export interface JobWarning {
  'path'?: (string);
  'path_base64'?: (string);
  'code'?: (string);
}

export interface JobWarning__Output {
  'path': (string);
  'path_base64': (string);
  'code': (string);
}
