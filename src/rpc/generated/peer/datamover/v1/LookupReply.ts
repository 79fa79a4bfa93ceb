// Original file: proto/datamover/v1/peer.proto

import type { DirectoryEntry as _datamover_v1_DirectoryEntry, DirectoryEntry__Output as _datamover_v1_DirectoryEntry__Output } from '../../datamover/v1/DirectoryEntry.js';

export interface LookupReply {
  'entry'?: (_datamover_v1_DirectoryEntry | null);
}

export interface LookupReply__Output {
  'entry': (_datamover_v1_DirectoryEntry__Output | null);
}
