// Original file: proto/datamover/v1/peer.proto

import type { Base as _datamover_v1_Base, Base__Output as _datamover_v1_Base__Output } from '../../datamover/v1/Base.js';

export interface BookmarkRequest {
  'base'?: (_datamover_v1_Base | null);
  'base_path'?: (Buffer | Uint8Array | string);
}

export interface BookmarkRequest__Output {
  'base': (_datamover_v1_Base__Output | null);
  'base_path': (Buffer);
}
