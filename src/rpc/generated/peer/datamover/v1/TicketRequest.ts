// Original file: proto/datamover/v1/peer.proto

import type { ReadUse as _datamover_v1_ReadUse, ReadUse__Output as _datamover_v1_ReadUse__Output } from '../../datamover/v1/ReadUse.js';
import type { Offer as _datamover_v1_Offer, Offer__Output as _datamover_v1_Offer__Output } from '../../datamover/v1/Offer.js';

export interface TicketRequest {
  'worker'?: (string);
  'read'?: (_datamover_v1_ReadUse | null);
  'write'?: (_datamover_v1_Offer | null);
  'use'?: "read"|"write";
}

export interface TicketRequest__Output {
  'worker': (string);
  'read'?: (_datamover_v1_ReadUse__Output | null);
  'write'?: (_datamover_v1_Offer__Output | null);
  'use'?: "read"|"write";
}
