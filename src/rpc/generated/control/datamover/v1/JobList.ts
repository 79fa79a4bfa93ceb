// Original file: proto/datamover/v1/control.proto

import type { Job as _datamover_v1_Job, Job__Output as _datamover_v1_Job__Output } from '../../datamover/v1/Job.js';

export interface JobList {
  'jobs'?: (_datamover_v1_Job)[];
}

export interface JobList__Output {
  'jobs': (_datamover_v1_Job__Output)[];
}
