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
import type { OwnerBytes } from './owner-bytes.js';

/** Of names, metadata and digests of a small tree; of a large one a sixteenth of its bytes. */
const METADATA_BYTES = 16n * 1_048_576n;

/**
 * A target whose trees of one owner hold at most a number of bytes together: checked by what
 * an offer says, and again by what then comes.
 */
export class CappedTarget implements Target {
  readonly #maxBytes: bigint;
  readonly #target: Target;
  readonly #owners: OwnerBytes;

  /** `target` stays the caller's to dispose of; targets of the same roots share `owners`. */
  constructor(options: { maxBytes: bigint }, modules: { target: Target; owners: OwnerBytes }) {
    this.#maxBytes = options.maxBytes;
    this.#target = modules.target;
    this.#owners = modules.owners;
  }

  listDatasets(filter: DatasetFilter, signal: AbortSignal): AsyncIterable<DatasetInfo> {
    return this.#target.listDatasets(filter, signal);
  }

  inspect(path: Uint8Array, signal: AbortSignal): Promise<TargetState> {
    return this.#target.inspect(path, signal);
  }

  async begin(offer: Offer, signal: AbortSignal): Promise<ReceiveSession> {
    this.#owners.refresh(offer.owner);
    const left = this.#maxBytes - this.#owners.beside(offer.owner, offer.targetPath);
    if (left <= 0n || offer.dataset.bytes > left) throw exceeded(offer, this.#maxBytes, left);
    const session = await this.#target.begin(offer, signal);
    if (session.resume === null) this.#owners.forget(offer.owner, offer.targetPath);
    return new CappedSession(session, offer, { maxBytes: this.#maxBytes, owners: this.#owners });
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

class CappedSession implements ReceiveSession {
  readonly resume: ReceiveSession['resume'];
  readonly committed: boolean;
  readonly compression?: CompressionSwitch;
  readonly #session: ReceiveSession;
  readonly #offer: Offer;
  readonly #maxBytes: bigint;
  readonly #owners: OwnerBytes;

  constructor(
    session: ReceiveSession,
    offer: Offer,
    { maxBytes, owners }: { maxBytes: bigint; owners: OwnerBytes },
  ) {
    this.resume = session.resume;
    this.committed = session.committed;
    if (session.compression !== undefined) this.compression = session.compression;
    this.#session = session;
    this.#offer = offer;
    this.#maxBytes = maxBytes;
    this.#owners = owners;
  }

  write(batches: AsyncIterable<ChangeBatch>, signal: AbortSignal): AsyncIterable<Ack> {
    return this.#session.write(this.#metered(batches), signal);
  }

  async commit(
    request: CommitRequest,
    onProgress: (progress: TargetProgress) => void,
    signal: AbortSignal,
  ): Promise<CommitResult> {
    const result = await this.#session.commit(request, onProgress, signal);
    this.#owners.forget(this.#offer.owner, this.#offer.targetPath);
    return result;
  }

  async abort(signal: AbortSignal): Promise<void> {
    await this.#session.abort(signal);
    this.#owners.forget(this.#offer.owner, this.#offer.targetPath);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }

  /** Names and metadata count too, but no honest copy of a tree that fits is stopped for them. */
  async *#metered(batches: AsyncIterable<ChangeBatch>): AsyncIterable<ChangeBatch> {
    const { owner, targetPath } = this.#offer;
    for await (const batch of batches) {
      const bytes = BigInt(batch.rawBytes ?? batch.payload.length);
      const taken = this.#owners.take(owner, targetPath, bytes);
      const left = this.#maxBytes - this.#owners.beside(owner, targetPath);
      const most = left > 0n ? left + left / 16n + METADATA_BYTES : 0n;
      if (taken > most) throw exceeded(this.#offer, this.#maxBytes, left);
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
