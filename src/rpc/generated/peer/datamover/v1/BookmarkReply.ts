// Original file: proto/datamover/v1/peer.proto

import type { Dataset as _datamover_v1_Dataset, Dataset__Output as _datamover_v1_Dataset__Output } from '../../datamover/v1/Dataset.js';

export interface BookmarkReply {
  'dataset'?: (_datamover_v1_Dataset | null);
}

export interface BookmarkReply__Output {
  'dataset': (_datamover_v1_Dataset__Output | null);
}
