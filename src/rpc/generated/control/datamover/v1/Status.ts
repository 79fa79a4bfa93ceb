// Original file: proto/datamover/v1/control.proto

import type { StatusFinding as _datamover_v1_StatusFinding, StatusFinding__Output as _datamover_v1_StatusFinding__Output } from '../../datamover/v1/StatusFinding.js';
import type { PolicyStatus as _datamover_v1_PolicyStatus, PolicyStatus__Output as _datamover_v1_PolicyStatus__Output } from '../../datamover/v1/PolicyStatus.js';
import type { TreeStatus as _datamover_v1_TreeStatus, TreeStatus__Output as _datamover_v1_TreeStatus__Output } from '../../datamover/v1/TreeStatus.js';
import type { StatusJob as _datamover_v1_StatusJob, StatusJob__Output as _datamover_v1_StatusJob__Output } from '../../datamover/v1/StatusJob.js';
import type { RootStatus as _datamover_v1_RootStatus, RootStatus__Output as _datamover_v1_RootStatus__Output } from '../../datamover/v1/RootStatus.js';

export interface Status {
  'well'?: (boolean);
  'checked_at'?: (string);
  'problems'?: (_datamover_v1_StatusFinding)[];
  'notes'?: (_datamover_v1_StatusFinding)[];
  'policies'?: (_datamover_v1_PolicyStatus)[];
  'trees'?: (_datamover_v1_TreeStatus)[];
  'jobs'?: (_datamover_v1_StatusJob)[];
  'roots'?: (_datamover_v1_RootStatus)[];
}

export interface Status__Output {
  'well': (boolean);
  'checked_at': (string);
  'problems': (_datamover_v1_StatusFinding__Output)[];
  'notes': (_datamover_v1_StatusFinding__Output)[];
  'policies': (_datamover_v1_PolicyStatus__Output)[];
  'trees': (_datamover_v1_TreeStatus__Output)[];
  'jobs': (_datamover_v1_StatusJob__Output)[];
  'roots': (_datamover_v1_RootStatus__Output)[];
}
