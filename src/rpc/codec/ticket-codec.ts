import type { TicketUse } from '../../endpoint/copy-task.js';
import { parseDatasetId } from '../../model/ids.js';
import type { TicketRequest__Output } from '../generated/peer/datamover/v1/TicketRequest.js';
import { peerDefinition } from '../proto.js';
import { refToWire, subpathsFromWire } from './source-codec.js';
import { offerFromWire, offerToWire } from './target-codec.js';
import { absolutePath } from './wire-path.js';
import { checked, required } from './wire-value.js';

/** `worker` is the SHA-256 of a public key. */
export function ticketRequestToWire(use: TicketUse, worker: string) {
  if (use.direction === 'write') return { worker, write: offerToWire(use.offer) };
  return { worker, read: { dataset: refToWire(use.dataset), subpaths: [...use.subpaths] } };
}

/** `owner` is who asks. */
export function ticketUseFromWire(message: TicketRequest__Output, owner: string): TicketUse {
  if (message.write) return { direction: 'write', offer: offerFromWire(message.write, owner) };
  const { dataset, subpaths } = required(message.read, 'use of a ticket');
  const { id, base_path } = required(dataset, 'dataset');
  return {
    direction: 'read',
    dataset: {
      id: checked(required(id, 'id of a dataset'), parseDatasetId),
      basePath: absolutePath(base_path, 'base path'),
    },
    subpaths: subpathsFromWire(subpaths),
  };
}

/** The same bytes for the same use, and others for any other. */
export function ticketUseBytes(use: TicketUse): Buffer {
  return peerDefinition().IssueTicket.requestSerialize(ticketRequestToWire(use, ''));
}
