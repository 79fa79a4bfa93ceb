// Original file: proto/datamover/v1/control.proto


export interface DatasetQuery {
  'account'?: (string);
  'dataset'?: (string);
  'as_of'?: (string);
}

export interface DatasetQuery__Output {
  'account': (string);
  'dataset': (string);
  'as_of': (string);
}
