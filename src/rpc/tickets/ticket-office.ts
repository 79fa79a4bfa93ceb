import { createHash } from 'node:crypto';
import type { TicketUse } from '../../endpoint/copy-task.js';
import { DmError } from '../../model/error.js';
import type { SpkiFingerprint } from '../../model/ids.js';
import { type Ticket, TicketKey } from '../../security/ticket.js';
import { toHex } from '../../util/bytes.js';
import { onAbort } from '../../util/on-abort.js';
import { ticketUseBytes } from '../codec/ticket-codec.js';
import { type Caller, ownerOf } from '../peer-access.js';

/** A ticket is shown within this time; what it is for may take longer. */
export const TICKET_VALID_MS = 600_000;
/** Tickets of one asker that were not shown yet. */
const MAX_WAITING = 256;

/** Whose rights a ticket lends, and for how long. */
export interface TicketAsker {
  readonly caller: Caller;
  /** What the asker presented, to see whether it is still trusted; empty for this agent itself. */
  readonly chain: readonly Uint8Array[];
  /** Aborts when the asker is gone: its tickets end with it, also those in use. */
  readonly lifetime: AbortSignal;
}

/** A ticket that was shown. */
export interface ShownTicket {
  /** Hex. */
  readonly id: string;
  readonly use: TicketUse;
  readonly asker: TicketAsker;
}

interface Waiting extends ShownTicket {
  readonly expiresAtMs: number;
  readonly forget: Disposable;
}

export interface TicketOfficeModules {
  readonly randomBytes: (length: number) => Buffer;
  /** Milliseconds that no change of the clock moves. */
  readonly uptime: () => number;
}

/**
 * Gives out tickets and takes them, each once. Nothing of it outlives the agent: after a restart
 * there is another key, and whoever has a ticket asks for a new one.
 */
export class TicketOffice {
  readonly #modules: TicketOfficeModules;
  readonly #key: TicketKey;
  readonly #waiting = new Map<string, Waiting>();

  constructor(modules: TicketOfficeModules) {
    this.#modules = modules;
    this.#key = new TicketKey(modules.randomBytes(32));
  }

  /**
   * The caller has checked that the asker may do what it lends. Throws
   * `peer_busy` when too many wait already.
   */
  issue(use: TicketUse, worker: SpkiFingerprint, asker: TicketAsker): Buffer {
    asker.lifetime.throwIfAborted();
    this.#dropExpired();
    this.#checkRoom(ownerOf(asker.caller));
    const idBytes = this.#modules.randomBytes(16);
    const id = toHex(idBytes);
    const expiresAtMs = Math.ceil(this.#modules.uptime() + TICKET_VALID_MS);
    const forget = onAbort(asker.lifetime, () => this.#waiting.delete(id));
    this.#waiting.set(id, { id, use, asker, expiresAtMs, forget });
    const { direction } = use;
    return this.#key.seal({ direction, id: idBytes, worker, use: digestOf(use), expiresAtMs });
  }

  /**
   * What a ticket gives to who shows it; nobody can show it again. Throws
   * `ticket_refused` with the reason in its data.
   */
  take(bytes: Uint8Array, shownBy: SpkiFingerprint): ShownTicket {
    const ticket = this.#key.open(bytes);
    if (ticket === null) throw refused('forged', 'was not signed here since the agent started');
    if (ticket.worker !== shownBy) throw refused('wrong_worker', 'is for another peer');
    const waiting = this.#waiting.get(toHex(ticket.id));
    if (waiting === undefined) throw refused('used', 'was shown before, or was taken back');
    this.#drop(waiting);
    if (ticket.expiresAtMs < this.#modules.uptime()) throw refused('expired', 'is too old');
    if (!sameUse(ticket, waiting.use)) throw refused('forged', 'is not for what was asked for');
    const { id, use, asker } = waiting;
    return { id, use, asker };
  }

  #checkRoom(owner: string): void {
    const waiting = [...this.#waiting.values()];
    const own = waiting.filter(({ asker }) => ownerOf(asker.caller) === owner).length;
    if (own < MAX_WAITING) return;
    throw new DmError(
      'peer_busy',
      `${own} tickets of this peer have not been shown yet; wait until some have`,
    );
  }

  #dropExpired(): void {
    const now = this.#modules.uptime();
    for (const waiting of this.#waiting.values()) {
      if (waiting.expiresAtMs < now) this.#drop(waiting);
    }
  }

  #drop(waiting: Waiting): void {
    this.#waiting.delete(waiting.id);
    waiting.forget[Symbol.dispose]();
  }
}

/** What whoever uses a ticket is told when it ends before its work. */
export function ticketEnded(): DmError {
  return refused('ended', 'ended with the connection it was asked for on');
}

function sameUse(ticket: Ticket, use: TicketUse): boolean {
  return ticket.direction === use.direction && digestOf(use).equals(ticket.use);
}

function digestOf(use: TicketUse): Buffer {
  return createHash('sha256').update(ticketUseBytes(use)).digest();
}

function refused(reason: string, why: string): DmError {
  return new DmError(
    'ticket_refused',
    `the ticket ${why}; the job that needs it asks for a new one by itself`,
    { data: { reason } },
  );
}
