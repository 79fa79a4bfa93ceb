// Original file: proto/datamover/v1/peer.proto

import type { ResumePoint as _datamover_v1_ResumePoint, ResumePoint__Output as _datamover_v1_ResumePoint__Output } from '../../datamover/v1/ResumePoint.js';

export interface BeginReply {
  'session'?: (string);
  'resume'?: (_datamover_v1_ResumePoint | null);
  'committed'?: (boolean);
}

export interface BeginReply__Output {
  'session': (string);
  'resume': (_datamover_v1_ResumePoint__Output | null);
  'committed': (boolean);
}
