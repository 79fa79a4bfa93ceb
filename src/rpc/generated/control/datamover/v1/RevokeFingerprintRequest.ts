// Original file: proto/datamover/v1/control.proto


export interface RevokeFingerprintRequest {
  'fingerprint'?: (string);
  'undo'?: (boolean);
}

export interface RevokeFingerprintRequest__Output {
  'fingerprint': (string);
  'undo': (boolean);
}
