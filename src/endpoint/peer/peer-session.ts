import { DmError } from '../../model/error.js';
import { ackFromWire, batchToWire, failureToWire } from '../../rpc/codec/stream-codec.js';
import { commitResultFromWire, progressFromWire } from '../../rpc/codec/target-codec.js';
import { malformed, toNumber } from '../../rpc/codec/wire-value.js';
import type { WriteRequest } from '../../rpc/generated/peer/datamover/v1/WriteRequest.js';
import type { SendingStream } from '../../rpc/link/peer-link.js';
import type { CallAbout, PeerChannel } from '../../rpc/peer-channel.js';
import { peerDefinition } from '../../rpc/proto.js';
import { freeMemory } from '../../worker/free-memory.js';
import type { Ack, ChangeBatch, ResumePoint } from '../change-stream.js';
import type { CompressionSwitch } from '../compression/compression-switch.js';
import type { CommitRequest, CommitResult, ReceiveSession, TargetProgress } from '../target.js';

/** Failures of one commit travel in one message. */
const MAX_FAILURE_BYTES = 2 * 1_048_576;
const ABORT_MS = 600_000;

export interface BegunSession {
  readonly id: string;
  readonly targetPath: Uint8Array;
  readonly resume: ResumePoint | null;
  readonly committed: boolean;
  /** Null when payloads go as they are; disposed of with the session. */
  readonly sending: SendingStream | null;
}

/**
 * A receive at a peer. Disposing it leaves the peer's session to a later `begin`,
 * which resumes it, or to the peer's idle time.
 */
export class PeerSession implements ReceiveSession {
  readonly resume: ResumePoint | null;
  readonly committed: boolean;
  readonly compression?: CompressionSwitch;
  readonly #id: string;
  readonly #about: CallAbout;
  readonly #sending: SendingStream | null;
  readonly #channel: PeerChannel;

  constructor(begun: BegunSession, channel: PeerChannel) {
    this.#id = begun.id;
    this.#about = { path: begun.targetPath };
    this.resume = begun.resume;
    this.committed = begun.committed;
    this.#sending = begun.sending;
    if (begun.sending !== null) this.compression = begun.sending.compression;
    this.#channel = channel;
  }

  async *write(batches: AsyncIterable<ChangeBatch>, signal: AbortSignal): AsyncGenerator<Ack> {
    const { Write } = peerDefinition();
    const sending = this.#sending;
    sending?.restart();
    const requests = this.#requests(sending === null ? batches : sending.timed(batches));
    try {
      for await (const ack of this.#channel.duplex(Write, requests, signal, this.#about)) {
        sending?.report(toNumber(ack.waited_ms, 'time waited'), false);
        yield ackFromWire(ack);
      }
    } catch (error) {
      throw lostSession(error);
    }
  }

  async commit(
    request: CommitRequest,
    onProgress: (progress: TargetProgress) => void,
    signal: AbortSignal,
  ): Promise<CommitResult> {
    const { Commit } = peerDefinition();
    const failures = request.failures.map(failureToWire);
    const bytes = request.failures.reduce(
      (sum, { path, code, message }) => sum + path.length + code.length + 4 * message.length + 40,
      0,
    );
    if (bytes > MAX_FAILURE_BYTES) {
      throw new DmError(
        'not_supported',
        `${failures.length} failed entries are more than one commit to a peer can carry; make them readable or exclude them`,
      );
    }
    const message = { session: this.#id, partial: request.partial, failures };
    try {
      for await (const event of this.#channel.stream(Commit, message, signal, this.#about)) {
        const result = commitResultFromWire(event);
        if (result !== null) return result;
        onProgress(progressFromWire(event));
      }
    } catch (error) {
      throw lostSession(error);
    }
    throw malformed('a commit ended without a result');
  }

  async abort(signal: AbortSignal): Promise<void> {
    const { Abort } = peerDefinition();
    try {
      await this.#channel.unary(Abort, { session: this.#id }, signal, {
        ...this.#about,
        timeoutMs: ABORT_MS,
      });
    } catch (error) {
      throw lostSession(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sending?.[Symbol.dispose]();
  }

  /** The session is named even when there is no batch. */
  async *#requests(batches: AsyncIterable<ChangeBatch>): AsyncGenerator<WriteRequest> {
    yield { session: this.#id };
    for await (const batch of batches) {
      yield { batch: batchToWire(batch) };
      freeMemory(batch.payload);
    }
  }
}

/**
 * A session that the peer closed meanwhile (idle, restarted) can be
 * begun again: not the end of the job.
 */
function lostSession(error: unknown): unknown {
  if (!(error instanceof DmError) || error.code !== 'not_found') return error;
  if (error.data.object !== 'session') return error;
  return new DmError(
    'session_superseded',
    'the peer no longer knows this receive session; it goes on with the next attempt',
    { cause: error },
  );
}
