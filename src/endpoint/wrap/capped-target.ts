import type { DatasetInfo } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import { escapePath } from '../../util/escape.js';
import type { Ack, ChangeBatch } from '../change-stream.js';
import type { CompressionSwitch } from '../compression/compression-switch.js';
import type { DatasetFilter } from '../source.js';
import type {
  CommitRequest,
  CommitResult,
  Offer,
  ReceiveSession,
  Target,
  TargetProgress,
  TargetState,
} from '../target.js';

/** Of names, metadata and digests of a small tree; of a large one a sixteenth of its bytes. */
const METADATA_BYTES = 16n * 1_048_576n;

/** Bytes of the newest dataset of every tree that is received from an owner. */
export type ReceivedBytes = (owner: string) => readonly { path: Uint8Array; bytes: bigint }[];

/**
 * A target whose trees of one owner hold at most a number of bytes together: checked by what
 * an offer says, and again by what then comes.
 */
export class CappedTarget implements Target {
  readonly #maxBytes: bigint;
  readonly #target: Target;
  readonly #received: ReceivedBytes;

  /** `target` stays the caller's to dispose of. */
  constructor(options: { maxBytes: bigint }, modules: { target: Target; received: ReceivedBytes }) {
    this.#maxBytes = options.maxBytes;
    this.#target = modules.target;
    this.#received = modules.received;
  }

  listDatasets(filter: DatasetFilter, signal: AbortSignal): AsyncIterable<DatasetInfo> {
    return this.#target.listDatasets(filter, signal);
  }

  inspect(path: Uint8Array, signal: AbortSignal): Promise<TargetState> {
    return this.#target.inspect(path, signal);
  }

  async begin(offer: Offer, signal: AbortSignal): Promise<ReceiveSession> {
    const others = this.#received(offer.owner).filter(
      ({ path }) => !Buffer.from(path).equals(offer.targetPath),
    );
    const left = this.#maxBytes - others.reduce((sum, { bytes }) => sum + bytes, 0n);
    if (offer.dataset.bytes > left) throw exceeded(offer, this.#maxBytes, left);
    const session = await this.#target.begin(offer, signal);
    return new CappedSession(session, offer, { maxBytes: this.#maxBytes, left });
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

class CappedSession implements ReceiveSession {
  readonly resume: ReceiveSession['resume'];
  readonly committed: boolean;
  readonly compression?: CompressionSwitch;
  readonly #session: ReceiveSession;
  readonly #offer: Offer;
  readonly #limit: { readonly maxBytes: bigint; readonly left: bigint };
  #taken = 0n;

  constructor(session: ReceiveSession, offer: Offer, limit: { maxBytes: bigint; left: bigint }) {
    this.resume = session.resume;
    this.committed = session.committed;
    if (session.compression !== undefined) this.compression = session.compression;
    this.#session = session;
    this.#offer = offer;
    this.#limit = limit;
  }

  write(batches: AsyncIterable<ChangeBatch>, signal: AbortSignal): AsyncIterable<Ack> {
    return this.#session.write(this.#metered(batches), signal);
  }

  commit(
    request: CommitRequest,
    onProgress: (progress: TargetProgress) => void,
    signal: AbortSignal,
  ): Promise<CommitResult> {
    return this.#session.commit(request, onProgress, signal);
  }

  abort(signal: AbortSignal): Promise<void> {
    return this.#session.abort(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }

  /** Names and metadata count too, but no honest copy of a tree that fits is stopped for them. */
  async *#metered(batches: AsyncIterable<ChangeBatch>): AsyncIterable<ChangeBatch> {
    const { maxBytes, left } = this.#limit;
    const most = left + left / 16n + METADATA_BYTES;
    for await (const batch of batches) {
      this.#taken += BigInt(batch.rawBytes ?? batch.payload.length);
      if (this.#taken > most) throw exceeded(this.#offer, maxBytes, left);
      yield batch;
    }
  }
}

function exceeded(offer: Offer, maxBytes: bigint, left: bigint): DmError {
  return new DmError(
    'quota_exceeded',
    `${escapePath(offer.targetPath)} would hold more than the ${left > 0n ? left : 0n} bytes left of the ${maxBytes} that the trees of one peer may hold here; the serving agent sets that with --peer-max-bytes`,
    { data: { max_bytes: Number(maxBytes) } },
  );
}
