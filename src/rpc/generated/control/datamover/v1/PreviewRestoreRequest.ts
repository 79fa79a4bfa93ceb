// Original file: proto/datamover/v1/control.proto


export interface PreviewRestoreRequest {
  'account'?: (string);
  'dataset'?: (string);
  'as_of'?: (string);
  'subpaths'?: (string)[];
  'target_path'?: (string);
  'existing'?: (string);
  'in_place'?: (boolean);
}

export interface PreviewRestoreRequest__Output {
  'account': (string);
  'dataset': (string);
  'as_of': (string);
  'subpaths': (string)[];
  'target_path': (string);
  'existing': (string);
  'in_place': (boolean);
}
