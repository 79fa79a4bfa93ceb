import { randomBytes } from 'node:crypto';
import type { ReceiveSession } from '../endpoint/target.js';
import { DmError } from '../model/error.js';
import { equalBytes } from '../util/bytes.js';
import { type Caller, ownerOf, type PeerAccess } from './peer-access.js';
import type { PeerContext } from './peer-connection-state.js';
import type { ShownTicket } from './tickets/ticket-office.js';

const MAX_SESSIONS_PER_CALLER = 64;

export interface OpenReceive {
  readonly id: string;
  readonly caller: Caller;
  /** The ticket it was begun with; only connections with the same one have it. */
  readonly ticket: ShownTicket | null;
  /** What the caller was allowed when the session began. */
  readonly access: PeerAccess;
  readonly session: ReceiveSession;
  /** Of the stream that it takes. */
  readonly lanes: number;
  /** Where it receives to, as the caller wrote it. */
  readonly path: Uint8Array;
}

/** By whom a session is used. */
type SessionUser = Pick<PeerContext, 'caller' | 'state'>;

/** The stream that writes into a session. */
export interface SessionWriter {
  stop(error: DmError): void;
  /** Resolves when it does nothing more. */
  readonly ended: Promise<void>;
}

interface Entry extends OpenReceive {
  users: number;
  lastUsed: number;
  writer: SessionWriter | null;
}

/**
 * The receives of all peers. A session outlives the stream and the connection it
 * began on, but not its caller's identity.
 */
export class ReceiveSessions {
  readonly #entries = new Map<string, Entry>();
  /** Sessions on their way, by owner. */
  readonly #beginning = new Map<string, number>();
  readonly #idleMs: number;
  readonly #now: () => number;

  constructor(options: { idleMs: number }, modules: { now: () => number }) {
    this.#idleMs = options.idleMs;
    this.#now = modules.now;
  }

  /**
   * Begins a session and takes it over; the id names it to its caller and to nobody else. Throws
   * `peer_busy` when the caller has too many open already. What the caller had begun for the same path is superseded by
   * it, and forgotten unless it is being used.
   */
  async open(
    { caller, access, state }: SessionUser & Pick<PeerContext, 'access'>,
    { lanes, path }: Pick<OpenReceive, 'lanes' | 'path'>,
    begin: () => Promise<ReceiveSession>,
  ): Promise<OpenReceive> {
    const { ticket } = state;
    const owner = ownerOf(caller);
    const beginning = this.#beginning.get(owner) ?? 0;
    this.#checkRoom(owner, beginning);
    this.#beginning.set(owner, beginning + 1);
    try {
      const session = await begin();
      const id = randomBytes(16).toString('hex');
      const lastUsed = this.#now();
      const wide = session.resume?.lanes ?? lanes;
      const held = { id, caller, ticket, access, session, lanes: wide, path };
      const entry = { ...held, users: 0, lastUsed, writer: null };
      this.#entries.set(id, entry);
      await this.#forgetSuperseded(entry);
      return entry;
    } finally {
      this.#beginning.set(owner, (this.#beginning.get(owner) ?? 1) - 1);
    }
  }

  /**
   * Keeps a session open until it is let go. `not_found` when it is
   * unknown, over, or another caller's.
   */
  hold(id: string, { caller, state }: SessionUser): OpenReceive & Disposable {
    const entry = this.#find(id, caller, state.ticket);
    entry.users++;
    const release = () => {
      entry.users--;
      entry.lastUsed = this.#now();
    };
    return { ...entry, [Symbol.dispose]: release };
  }

  /**
   * Makes the caller of this the one writer of a session: an older stream is
   * stopped and has ended when it resolves.
   */
  async claim(open: OpenReceive, writer: SessionWriter): Promise<void> {
    const entry = this.#find(open.id, open.caller, open.ticket);
    const older = entry.writer;
    entry.writer = writer;
    if (older === null) return;
    older.stop(new DmError('session_superseded', 'a newer stream goes on with this session'));
    await older.ended;
  }

  /** Forgets a session and lets go of what it holds; its staging stays for a later `begin`. */
  async remove(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    await entry.session[Symbol.asyncDispose]();
  }

  /** Ends the sessions that nobody used for the idle time, and those `which` names. */
  async sweep(which: (open: OpenReceive) => boolean = () => false): Promise<void> {
    const before = this.#now() - this.#idleMs;
    for (const entry of [...this.#entries.values()]) {
      const idle = entry.users === 0 && entry.lastUsed < before;
      if (idle || which(entry)) await this.remove(entry.id);
    }
  }

  async #forgetSuperseded(by: OpenReceive): Promise<void> {
    for (const entry of [...this.#entries.values()]) {
      const isSame =
        ownerOf(entry.caller) === ownerOf(by.caller) && equalBytes(entry.path, by.path);
      if (isSame && entry !== by && entry.users === 0) await this.remove(entry.id);
    }
  }

  #checkRoom(owner: string, beginning: number): void {
    const entries = [...this.#entries.values()];
    const open = beginning + entries.filter(({ caller }) => ownerOf(caller) === owner).length;
    if (open < MAX_SESSIONS_PER_CALLER) return;
    throw new DmError(
      'peer_busy',
      `${open} receives of this peer are open here; wait until some have ended`,
    );
  }

  #find(id: string, caller: Caller, ticket: ShownTicket | null): Entry {
    const entry = this.#entries.get(id);
    const isOwn =
      entry !== undefined &&
      ownerOf(entry.caller) === ownerOf(caller) &&
      entry.ticket?.id === ticket?.id;
    if (!isOwn) {
      throw new DmError('not_found', 'the receive session is not known here; begin again', {
        data: { object: 'session' },
      });
    }
    return entry;
  }
}
