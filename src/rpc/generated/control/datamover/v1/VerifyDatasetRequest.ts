// Original file: proto/datamover/v1/control.proto


export interface VerifyDatasetRequest {
  'account'?: (string);
  'dataset'?: (string);
  'from_here'?: (boolean);
  'quick'?: (boolean);
}

export interface VerifyDatasetRequest__Output {
  'account': (string);
  'dataset': (string);
  'from_here': (boolean);
  'quick': (boolean);
}
