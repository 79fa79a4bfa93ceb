// Original file: proto/datamover/v1/peer.proto

import type { BadEntry as _datamover_v1_BadEntry, BadEntry__Output as _datamover_v1_BadEntry__Output } from '../../datamover/v1/BadEntry.js';
import type { VerifyResult as _datamover_v1_VerifyResult, VerifyResult__Output as _datamover_v1_VerifyResult__Output } from '../../datamover/v1/VerifyResult.js';
import type { Long } from '@grpc/proto-loader';

export interface VerifyEvent {
  'files_done'?: (number | string | Long);
  'files_total'?: (number | string | Long);
  'bytes_done'?: (number | string | Long);
  'bytes_total'?: (number | string | Long);
  'bad'?: (_datamover_v1_BadEntry)[];
  'result'?: (_datamover_v1_VerifyResult | null);
}

export interface VerifyEvent__Output {
  'files_done': (string);
  'files_total': (string);
  'bytes_done': (string);
  'bytes_total': (string);
  'bad': (_datamover_v1_BadEntry__Output)[];
  'result': (_datamover_v1_VerifyResult__Output | null);
}
