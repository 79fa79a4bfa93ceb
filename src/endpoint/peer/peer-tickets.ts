import type { SpkiFingerprint } from '../../model/ids.js';
import { ticketRequestToWire } from '../../rpc/codec/ticket-codec.js';
import { malformed } from '../../rpc/codec/wire-value.js';
import type { PeerChannel } from '../../rpc/peer-channel.js';
import { peerDefinition } from '../../rpc/proto.js';
import { TICKET_BYTES } from '../../security/ticket.js';
import type { TicketUse } from '../copy-task.js';

/** Asks a peer for a ticket; it is good for as long as the channel's connection. */
export async function askForTicket(
  channel: PeerChannel,
  use: TicketUse,
  worker: SpkiFingerprint,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { IssueTicket } = peerDefinition();
  const request = ticketRequestToWire(use, worker);
  const { ticket } = await channel.unary(IssueTicket, request, signal);
  if (ticket.length !== TICKET_BYTES) throw malformed('a ticket is of another length');
  return ticket;
}
