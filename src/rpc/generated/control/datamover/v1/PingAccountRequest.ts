// Original file: proto/datamover/v1/control.proto


export interface PingAccountRequest {
  'ref'?: (string);
  'pings'?: (number);
  'timeout_ms'?: (number);
}

export interface PingAccountRequest__Output {
  'ref': (string);
  'pings': (number);
  'timeout_ms': (number);
}
