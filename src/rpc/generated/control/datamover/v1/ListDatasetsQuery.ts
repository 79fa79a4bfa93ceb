// Original file: proto/datamover/v1/control.proto


export interface ListDatasetsQuery {
  'account'?: (string);
  'base_path'?: (string);
}

export interface ListDatasetsQuery__Output {
  'account': (string);
  'base_path': (string);
}
