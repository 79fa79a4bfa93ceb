import type { TicketUse } from '../../endpoint/copy-task.js';
import { DmError } from '../../model/error.js';
import { parseSpkiFingerprint } from '../../model/ids.js';
import { reaches } from '../../security/grants.js';
import { rightRefused } from '../../security/right-refusal.js';
import { ticketUseFromWire } from '../codec/ticket-codec.js';
import { checked } from '../codec/wire-value.js';
import type { TicketReply } from '../generated/peer/datamover/v1/TicketReply.js';
import type { TicketRequest__Output } from '../generated/peer/datamover/v1/TicketRequest.js';
import { asRefused, ownerOf, type PeerAccess } from '../peer-access.js';
import type { PeerContext } from '../peer-connection-state.js';
import { TICKET_VALID_MS, type TicketOffice } from '../tickets/ticket-office.js';
import { pathOfUse } from '../tickets/ticketed-access.js';

/**
 * Lends what the caller may do itself, at most; the ticket ends with
 * the connection it was asked for on.
 */
export async function issueTicket(
  request: TicketRequest__Output,
  { access, caller, state }: PeerContext,
  tickets: TicketOffice,
  signal: AbortSignal,
): Promise<TicketReply> {
  const worker = checked(request.worker, parseSpkiFingerprint);
  const use = ticketUseFromWire(request, ownerOf(caller));
  await checkThere(use, access, signal);
  const path = pathOfUse(use);
  if (!reaches(access.reach, use.direction, path)) {
    throw rightRefused(asRefused(caller), use.direction, path);
  }
  const asker = { caller, chain: state.chain, lifetime: state.closed.signal };
  return { ticket: tickets.issue(use, worker, asker), valid_ms: TICKET_VALID_MS };
}

/** A ticket for what is not there, or outside the roots, would only be refused later. */
async function checkThere(use: TicketUse, access: PeerAccess, signal: AbortSignal): Promise<void> {
  if (use.direction === 'write') {
    await access.target.inspect(use.offer.targetPath, signal);
    return;
  }
  const { id, basePath } = use.dataset;
  for await (const dataset of access.source.listDatasets({ basePath }, signal)) {
    if (dataset.id === id) return;
  }
  throw new DmError('not_found', `there is no dataset ${id} at this place; list what there is`);
}
