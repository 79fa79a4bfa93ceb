import type { ChangeBatch } from '../../endpoint/change-stream.js';
import type { TargetProgress } from '../../endpoint/target.js';
import { ackToWire, batchFromWire, resumeToWire } from '../codec/stream-codec.js';
import {
  commitFromWire,
  commitResultToWire,
  offerFromWire,
  progressToWire,
  targetStateToWire,
} from '../codec/target-codec.js';
import { absolutePath } from '../codec/wire-path.js';
import { required } from '../codec/wire-value.js';
import type { AbortReply } from '../generated/peer/datamover/v1/AbortReply.js';
import type { Ack } from '../generated/peer/datamover/v1/Ack.js';
import type { BeginReply } from '../generated/peer/datamover/v1/BeginReply.js';
import type { CommitEvent } from '../generated/peer/datamover/v1/CommitEvent.js';
import type { CommitRequest__Output } from '../generated/peer/datamover/v1/CommitRequest.js';
import type { InspectTargetRequest__Output } from '../generated/peer/datamover/v1/InspectTargetRequest.js';
import type { Offer__Output } from '../generated/peer/datamover/v1/Offer.js';
import type { SessionRef__Output } from '../generated/peer/datamover/v1/SessionRef.js';
import type { TargetState } from '../generated/peer/datamover/v1/TargetState.js';
import type { WriteRequest__Output } from '../generated/peer/datamover/v1/WriteRequest.js';
import { ReceiveWait } from '../link/receive-wait.js';
import { ownerOf } from '../peer-access.js';
import type { PeerContext } from '../peer-connection-state.js';
import { mapped, progressStream } from '../progress-stream.js';
import { COMPRESSION_SINCE } from '../protocol.js';
import type { ReceiveSessions } from '../receive-sessions.js';

/** The target half of the Peer service. */
export class ReceiveHandlers {
  readonly #sessions: ReceiveSessions;

  constructor(sessions: ReceiveSessions) {
    this.#sessions = sessions;
  }

  async inspect(
    request: InspectTargetRequest__Output,
    { access }: PeerContext,
    signal: AbortSignal,
  ): Promise<TargetState> {
    const path = absolutePath(request.path, 'target path');
    return targetStateToWire(await access.target.inspect(path, signal));
  }

  async begin(
    request: Offer__Output,
    context: PeerContext,
    signal: AbortSignal,
  ): Promise<BeginReply> {
    const { access, caller, occupy } = context;
    const offer = offerFromWire(request, ownerOf(caller));
    using _thread = occupy(1);
    const { id, session } = await this.#sessions.open(
      context,
      { lanes: offer.lanes, path: offer.targetPath },
      () => access.target.begin(offer, signal),
    );
    return {
      session: id,
      resume: resumeToWire(session.resume),
      committed: session.committed,
    };
  }

  async *write(
    requests: AsyncIterable<WriteRequest__Output>,
    context: PeerContext,
    signal: AbortSignal,
  ): AsyncIterable<Ack> {
    const input = requests[Symbol.asyncIterator]();
    const first = await input.next();
    if (first.done) return;
    using open = this.#sessions.hold(first.value.session, context);
    using _threads = context.occupy(open.lanes);
    const superseded = new AbortController();
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    try {
      await this.#sessions.claim(open, { stop: (error) => superseded.abort(error), ended });
      const both = AbortSignal.any([signal, superseded.signal]);
      const wait = new ReceiveWait();
      const batches = batchesOf(first.value, wait.timed(input), context.state.protocol);
      for await (const ack of open.session.write(batches, both)) yield ackToWire(ack, wait.read());
    } catch (error) {
      throw superseded.signal.aborted ? superseded.signal.reason : error;
    } finally {
      end();
    }
  }

  async *commit(
    request: CommitRequest__Output,
    context: PeerContext,
    signal: AbortSignal,
  ): AsyncIterable<CommitEvent> {
    const wanted = commitFromWire(request);
    using open = this.#sessions.hold(request.session, context);
    using _thread = context.occupy(1);
    const result = yield* mapped(
      progressStream(
        (report: (progress: TargetProgress) => void) => open.session.commit(wanted, report, signal),
        (_older, newer) => newer,
      ),
      (progress) => [progressToWire(progress)],
    );
    await this.#sessions.remove(open.id);
    yield commitResultToWire(result);
  }

  async abort(
    request: SessionRef__Output,
    context: PeerContext,
    signal: AbortSignal,
  ): Promise<AbortReply> {
    using open = this.#sessions.hold(request.session, context);
    await open.session.abort(signal);
    await this.#sessions.remove(open.id);
    return {};
  }
}

async function* batchesOf(
  first: WriteRequest__Output,
  rest: AsyncIterable<WriteRequest__Output>,
  protocol: number,
): AsyncGenerator<ChangeBatch> {
  const compressed = protocol >= COMPRESSION_SINCE;
  if (first.batch !== null) yield batchFromWire(first.batch, compressed);
  for await (const { batch } of rest) yield batchFromWire(required(batch, 'batch'), compressed);
}
