// Original file: proto/datamover/v1/control.proto


export interface ListingWarning {
  'code'?: (string);
  'message'?: (string);
}

export interface ListingWarning__Output {
  'code': (string);
  'message': (string);
}
