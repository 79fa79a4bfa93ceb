// Original file: proto/datamover/v1/peer.proto

import type { RemotePlace as _datamover_v1_RemotePlace, RemotePlace__Output as _datamover_v1_RemotePlace__Output } from '../../datamover/v1/RemotePlace.js';
import type { Offer as _datamover_v1_Offer, Offer__Output as _datamover_v1_Offer__Output } from '../../datamover/v1/Offer.js';

export interface RunCopyRequest {
  'source'?: (_datamover_v1_RemotePlace | null);
  'target'?: (_datamover_v1_RemotePlace | null);
  'source_base_path'?: (Buffer | Uint8Array | string);
  'offer'?: (_datamover_v1_Offer | null);
  'partial'?: (string);
}

export interface RunCopyRequest__Output {
  'source': (_datamover_v1_RemotePlace__Output | null);
  'target': (_datamover_v1_RemotePlace__Output | null);
  'source_base_path': (Buffer);
  'offer': (_datamover_v1_Offer__Output | null);
  'partial': (string);
}
