import { DmError } from '../model/error.js';
import type { ErrorCode } from '../model/error-codes.js';
import { isNarrower } from '../security/grants.js';
import { rightRefused } from '../security/right-refusal.js';
import type { PeerIdentity } from '../security/trust.js';
import { onAbort } from '../util/on-abort.js';
import type { ServerConnection } from './grpc-listener.js';
import { PeerLinks } from './link/peer-links.js';
import {
  type AccessFor,
  asRefused,
  type Caller,
  describeCaller,
  type PeerAccess,
} from './peer-access.js';
import type { PeerConnectionState, PeerContext } from './peer-connection-state.js';
import { PeerWorkload } from './peer-workload.js';
import { type PeerMethod, RIGHTS_OF_METHOD } from './rights-of-method.js';
import type { RunningCall } from './server-call.js';
import { type TicketOffice, ticketEnded } from './tickets/ticket-office.js';
import { checkTicketMethod, ticketedAccess } from './tickets/ticketed-access.js';

export type PeerServerConnection = ServerConnection<PeerConnectionState>;

export interface PeerGuardModules {
  readonly accessFor: AccessFor;
  /** Checks the chain a client presented (DER, leaf first) as of now; throws `peer_untrusted`. */
  readonly verify: (chain: readonly Uint8Array[]) => PeerIdentity;
  readonly tickets: TicketOffice;
  /**
   * Told of each refused connection and call, for the log: `who` is an
   * address or a described caller.
   */
  readonly onRefused: (who: string, error: Error) => void;
  /** The ways to all peers; of its own unless given. */
  readonly links?: PeerLinks;
}

/** Decides, before a call and while it runs, whether its caller may have it. */
export class PeerGuard {
  readonly #modules: PeerGuardModules;
  readonly #workload = new PeerWorkload();
  readonly #links: PeerLinks;

  constructor(modules: PeerGuardModules) {
    this.#modules = modules;
    this.#links = modules.links ?? new PeerLinks();
  }

  /** Runs a call that the connection's caller may make. */
  async run<T>(
    connection: PeerServerConnection,
    method: PeerMethod,
    call: RunningCall,
    run: (context: PeerContext) => Promise<T>,
  ): Promise<T> {
    const { state } = connection;
    const { caller } = state;
    if (caller === null || state.refusal !== null) {
      connection.end();
      throw state.refusal ?? new DmError('peer_untrusted', 'the connection was refused');
    }
    if (!state.greeted && method !== 'Hello') {
      const early = 'a connection begins with Hello; upgrade the caller';
      const refusal = new DmError('protocol_mismatch', early);
      this.#modules.onRefused(describeState(state), refusal);
      throw refusal;
    }
    const acting = state.ticket?.asker.caller ?? caller;
    const access = this.#accessOf(state, acting);
    this.#checkRight(method, state, acting, access);
    await useAccess(state, access);
    const served = { call, method, access };
    state.calls.add(served);
    try {
      const occupy = (threads: number) => this.#workload.take(caller, threads);
      return await run({ caller: acting, access, state, occupy, links: this.#links });
    } catch (error) {
      if (isRefusal(method, error)) this.#modules.onRefused(describeState(state), error);
      throw error;
    } finally {
      state.calls.delete(served);
    }
  }

  /**
   * Gives a connection what a ticket gives, and takes everything else from it. The
   * ticket's end, or its asker's, ends the connection. Throws `ticket_refused`, and
   * `peer_untrusted` when the asker is not trusted any more.
   */
  takeTicket(state: PeerConnectionState, bytes: Uint8Array): PeerAccess {
    const { caller } = state;
    if (caller === null || typeof caller === 'string' || state.greeted) {
      throw new DmError('protocol_error', 'a ticket is shown with the first Hello of a peer');
    }
    const ticket = this.#modules.tickets.take(bytes, caller.spki);
    const { chain, lifetime } = ticket.asker;
    if (chain.length > 0) this.#modules.verify(chain);
    state.ticket = ticket;
    const ends = onAbort(lifetime, () => {
      state.refusal ??= ticketEnded();
      stopCalls(state, ticketEnded());
    });
    // The asker may stay for months: nothing of connections that are over is kept for it.
    onAbort(state.closed.signal, () => ends[Symbol.dispose]());
    state.access = this.#accessOf(state, ticket.asker.caller);
    return state.access;
  }

  /** Ends what runs on a connection and would not be let in now. */
  async recheck(connection: PeerServerConnection): Promise<void> {
    const { state } = connection;
    if (state.caller === null || state.refusal !== null) return;
    const distrust = this.#distrust(state);
    if (distrust !== null) {
      this.#modules.onRefused(describeState(state), distrust);
      state.refusal = distrust;
      stopCalls(state, distrust);
      connection.end();
      return;
    }
    const acting = state.ticket?.asker.caller ?? state.caller;
    const access = this.#accessOf(state, acting);
    for (const served of state.calls) {
      if (!isNarrower(access.reach, served.access.reach)) continue;
      served.call.stop(missingRight(served.method, acting, access) ?? narrowed());
    }
    await useAccess(state, access);
  }

  #accessOf({ ticket }: PeerConnectionState, caller: Caller): PeerAccess {
    const access = this.#modules.accessFor(caller);
    return ticket === null ? access : ticketedAccess(access, ticket.use);
  }

  #checkRight(
    method: PeerMethod,
    state: PeerConnectionState,
    caller: Caller,
    access: PeerAccess,
  ): void {
    try {
      if (state.ticket !== null) checkTicketMethod(state.ticket.use, method);
      const refusal = missingRight(method, caller, access);
      if (refusal !== null) throw refusal;
    } catch (error) {
      if (error instanceof DmError) this.#modules.onRefused(describeState(state), error);
      throw error;
    }
  }

  #distrust(state: PeerConnectionState): DmError | null {
    if (typeof state.caller === 'string') return null;
    try {
      this.#modules.verify(state.chain);
      const { asker } = state.ticket ?? { asker: null };
      if (asker !== null && asker.chain.length > 0) this.#modules.verify(asker.chain);
      return null;
    } catch (error) {
      if (error instanceof DmError) return error;
      throw error;
    }
  }
}

/** For people: who calls, and in whose name. */
function describeState({ caller, ticket }: PeerConnectionState): string {
  const who = caller === null ? 'a peer' : describeCaller(caller);
  return ticket === null ? who : `${who} for ${describeCaller(ticket.asker.caller)}`;
}

export function stopCalls(state: PeerConnectionState, error: DmError): void {
  for (const { call } of state.calls) call.stop(error);
}

/** Readers are not carried over to a caller that may do less than when they were opened. */
async function useAccess(state: PeerConnectionState, access: PeerAccess): Promise<void> {
  const before = state.access;
  state.access = access;
  if (before !== null && isNarrower(access.reach, before.reach)) await state.readers.forget();
}

function missingRight(method: PeerMethod, caller: Caller, access: PeerAccess): DmError | null {
  const rights = RIGHTS_OF_METHOD[method];
  const [needed] = rights;
  if (needed === undefined || rights.some((right) => access.reach.has(right))) return null;
  return rightRefused(asRefused(caller), needed, null);
}

/** What is the caller's doing, as opposed to what did not work here. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'refused',
  'path_outside_roots',
  'ticket_refused',
  'protocol_error',
  'protocol_mismatch',
  // What is somebody else's, or stands elsewhere than the caller thinks.
  'target_owned',
  'target_forbidden',
  'target_released',
  'target_not_empty',
  'diverged',
  'in_use',
  // More than one caller may have.
  'quota_exceeded',
  'peer_busy',
]);

/** Also a stream whose structure is not the one that was offered. */
function isRefusal(method: PeerMethod, error: unknown): error is DmError {
  if (!(error instanceof DmError)) return false;
  return REFUSALS.has(error.code) || (method === 'Write' && error.code === 'corrupt');
}

function narrowed(): DmError {
  return new DmError(
    'session_superseded',
    'what this peer may do here was narrowed during the call; it begins again with what is allowed now',
  );
}
