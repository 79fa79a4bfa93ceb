import type { TicketUse } from '../../endpoint/copy-task.js';
import type { PeerRight } from '../../model/peer-right.js';
import { type Reach, reaches } from '../../security/grants.js';
import type { PeerAccess } from '../peer-access.js';
import type { PeerMethod } from '../rights-of-method.js';
import { beyondTicket, TicketedSource } from './ticketed-source.js';
import { TicketedTarget } from './ticketed-target.js';

const METHODS: Record<TicketUse['direction'], ReadonlySet<PeerMethod>> = {
  read: new Set<PeerMethod>(['Hello', 'GetDataset', 'Changes', 'Feedback']),
  write: new Set<PeerMethod>(['Hello', 'Begin', 'Write', 'Commit', 'Abort']),
};

/** Throws `refused` for a method that connections with such a ticket do not have. */
export function checkTicketMethod({ direction }: TicketUse, method: PeerMethod): void {
  if (METHODS[direction].has(method)) return;
  throw beyondTicket(`a ticket to ${direction} opens no ${method}`);
}

/** What is left of an asker's access for who shows its ticket. */
export function ticketedAccess(access: PeerAccess, use: TicketUse): PeerAccess {
  const reach = reachOfUse(access.reach, use);
  if (use.direction === 'read') {
    return { ...access, reach, source: new TicketedSource(use, { source: access.source }) };
  }
  return { ...access, reach, target: new TicketedTarget(use, { target: access.target }) };
}

/** Where a ticket is used, and as far as its asker may still do it. */
export function pathOfUse(use: TicketUse): Uint8Array {
  return use.direction === 'read' ? use.dataset.basePath : use.offer.targetPath;
}

function reachOfUse(reach: Reach, use: TicketUse): Reach {
  const path = pathOfUse(use);
  const lent: PeerRight[] = use.direction === 'read' ? ['read'] : ['write', 'privileged'];
  return new Map(lent.filter((right) => reaches(reach, right, path)).map((r) => [r, [path]]));
}
