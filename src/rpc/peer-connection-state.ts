import type { DmError } from '../model/error.js';
import type { SendingStream } from './link/peer-link.js';
import type { PeerLinks } from './link/peer-links.js';
import type { Caller, PeerAccess } from './peer-access.js';
import type { ReaderPool } from './reader-pool.js';
import type { PeerMethod } from './rights-of-method.js';
import type { RunningCall } from './server-call.js';
import type { ShownTicket } from './tickets/ticket-office.js';

export interface ServedCall {
  readonly call: RunningCall;
  readonly method: PeerMethod;
  readonly access: PeerAccess;
}

/** What the peer server keeps about one connection. */
export interface PeerConnectionState {
  /** Null when the peer was refused at once. */
  readonly caller: Caller | null;
  /** What every call is answered with from the moment the peer is refused. */
  refusal: DmError | null;
  /** DER, leaf first, as presented; empty on the loopback socket. */
  readonly chain: readonly Uint8Array[];
  /** IP address of the caller; "127.0.0.1" on the loopback socket. */
  readonly remoteAddress: string;
  /** With one, the connection has what it gives and nothing else. */
  ticket: ShownTicket | null;
  /** Aborts when the connection has closed. */
  readonly closed: AbortController;
  readonly readers: ReaderPool;
  readonly calls: Set<ServedCall>;
  /** Becomes true with the Hello that must come first. */
  greeted: boolean;
  /** What both sides speak since the Hello. */
  protocol: number;
  /** Streams of Changes by the number that the caller gave them. */
  readonly sending: Map<number, SendingStream>;
  readonly openedAt: number;
  /** What the caller could do at its last call: the readers were opened under it. */
  access: PeerAccess | null;
}

/** What a handler is given. */
export interface PeerContext {
  /** Who calls; with a ticket, in whose name. */
  readonly caller: Caller;
  readonly access: PeerAccess;
  readonly state: PeerConnectionState;
  /**
   * Holds worker threads for the caller until it is disposed of; `peer_busy` when it has too many.
   */
  readonly occupy: (threads: number) => Disposable;
  readonly links: PeerLinks;
}
