// Original file: proto/datamover/v1/control.proto

import type { FailedEntry as _datamover_v1_FailedEntry, FailedEntry__Output as _datamover_v1_FailedEntry__Output } from '../../datamover/v1/FailedEntry.js';
import type { Long } from '@grpc/proto-loader';

export interface VerifyProgress {
  'files_done'?: (number | string | Long);
  'files_total'?: (number | string | Long);
  'bytes_done'?: (number | string | Long);
  'bytes_total'?: (number | string | Long);
  'bad'?: (_datamover_v1_FailedEntry)[];
  'done'?: (boolean);
  'bad_total'?: (number | string | Long);
  'digests_made'?: (number | string | Long);
}

export interface VerifyProgress__Output {
  'files_done': (number);
  'files_total': (number);
  'bytes_done': (number);
  'bytes_total': (number);
  'bad': (_datamover_v1_FailedEntry__Output)[];
  'done': (boolean);
  'bad_total': (number);
  'digests_made': (number);
}
