import type { DatasetExpirer } from '../endpoint/dataset-expirer.js';
import type { DatasetLocker } from '../endpoint/dataset-locker.js';
import type { DatasetMaker } from '../endpoint/dataset-maker.js';
import type { Source } from '../endpoint/source.js';
import type { Target } from '../endpoint/target.js';

/** One account, opened for one piece of work. Disposing closes its connections, not the place. */
export interface OpenPlace extends AsyncDisposable {
  readonly source: Source;
  readonly target: Target;
  readonly maker: DatasetMaker;
  readonly expirer: DatasetExpirer;
  /** Null where this agent expires itself, and knows what it needs. */
  readonly locker: DatasetLocker | null;
  /** Names the place as a target's owner of trees: this agent's policies or a peer's identity. */
  readonly owner: string;
  /** Bytes handed to the wire since it was opened, framing and re-sends included, TLS not; 0 for a local place. */
  bytesSent(): number;
  /** Bytes taken from the wire, counted alike. */
  bytesReceived(): number;
}

/** Account id to place: the only thing that knows which kind of place an account is. */
export interface Places {
  /**
   * `asOfMs`: as a bucket with versions was then; not null for object accounts only.
   * Fails with `not_found` for an unknown account and with `peer_unreachable` and the refusals of the peer.
   */
  open(accountId: string, signal: AbortSignal, asOfMs?: number | null): Promise<OpenPlace>;
}
