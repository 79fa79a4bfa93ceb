// Original file: proto/datamover/v1/control.proto

import type { BrowseEntry as _datamover_v1_BrowseEntry, BrowseEntry__Output as _datamover_v1_BrowseEntry__Output } from '../../datamover/v1/BrowseEntry.js';

export interface TreeEntry {
  'entry'?: (_datamover_v1_BrowseEntry | null);
  'depth'?: (number);
}

export interface TreeEntry__Output {
  'entry': (_datamover_v1_BrowseEntry__Output | null);
  'depth': (number);
}
