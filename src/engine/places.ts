import type { RemotePlace, TaskRunner, TicketUse } from '../endpoint/copy-task.js';
import type { DatasetExpirer } from '../endpoint/dataset-expirer.js';
import type { DatasetLocker } from '../endpoint/dataset-locker.js';
import type { DatasetMaker } from '../endpoint/dataset-maker.js';
import type { Source } from '../endpoint/source.js';
import type { Target } from '../endpoint/target.js';
import type { SpkiFingerprint } from '../model/ids.js';

/** One account, opened for one piece of work. Disposing closes its connections, not the place. */
export interface OpenPlace extends AsyncDisposable {
  /** Account name, for people. */
  readonly name: string;
  readonly source: Source;
  readonly target: Target;
  readonly maker: DatasetMaker;
  readonly expirer: DatasetExpirer;
  /** Null where this agent expires itself, and knows what it needs. */
  readonly locker: DatasetLocker | null;
  /** Names the place as a target's owner of trees: this agent's policies or a peer's identity. */
  readonly owner: string;
  /**
   * Bytes handed to the wire since it was opened, framing and re-sends
   * included, TLS not; 0 for a local place.
   */
  bytesSent(): number;
  /** Bytes taken from the wire, counted alike. */
  bytesReceived(): number;
  /**
   * Public key of a peer, by which a worker knows that the place is itself; null for other places.
   */
  readonly peer: SpkiFingerprint | null;
  /**
   * Makes the place known to a worker, with a ticket for one use that ends when
   * the place is disposed of. Fails with `not_supported` where only this agent can
   * go, and with the refusals of the place.
   */
  lend(use: TicketUse, worker: SpkiFingerprint, signal: AbortSignal): Promise<RemotePlace>;
}

/** A peer that carries out copies for us. Disposing ends what it does. */
export interface Worker extends AsyncDisposable {
  /** Account name, for people. */
  readonly name: string;
  readonly key: SpkiFingerprint;
  readonly tasks: TaskRunner;
}

/** Account id to place: the only thing that knows which kind of place an account is. */
export interface Places {
  /**
   * `asOfMs`: as a bucket with versions was then; not null for object accounts only. Fails with
   * `not_found` for an unknown account and with `peer_unreachable` and the refusals of the peer.
   */
  open(accountId: string, signal: AbortSignal, asOfMs?: number | null): Promise<OpenPlace>;
  /** As `open`; the account is a peer's. Null for the accounts of this agent itself. */
  openWorker(accountId: string, signal: AbortSignal): Promise<Worker | null>;
}
