import { DmError } from '../../model/error.js';
import type { Gfid } from '../../model/ids.js';
import { onAbort } from '../../util/on-abort.js';
import type { Ack, ChangeBatch } from '../change-stream.js';
import { LaneQueue } from './lane-queue.js';
import { ReceiveStream, type ReceiveStreamOptions, type ReceiveWork } from './receive-stream.js';

const NO_TOKEN = new Uint8Array(0);

export interface WriteStreamOptions extends ReceiveStreamOptions {
  /** Files that were needed whole before the stream began: the first ack asks for them. */
  readonly needs: readonly Gfid[];
  /** Stops the stream from outside. */
  readonly stopped: AbortSignal;
}

export interface WriteStreamModules {
  readonly work: ReceiveWork;
  /** Told once, with what settles when nothing of the stream runs any more; that never fails. */
  onRunning(running: Promise<void>): void;
}

/** Runs batches into the work of a session; yields its acks. Leaving early stops everything and waits for it. */
export async function* writeStream(
  batches: AsyncIterable<ChangeBatch>,
  options: WriteStreamOptions,
  modules: WriteStreamModules,
  signal: AbortSignal,
): AsyncGenerator<Ack> {
  const left = new AbortController();
  const stop = AbortSignal.any([signal, options.stopped, left.signal]);
  const acks = new LaneQueue<Ack>();
  const stream = new ReceiveStream(options, { work: modules.work, acks }, stop);
  const running = stream.run(batches).then(
    () => acks.end(),
    (error: DmError) => acks.fail(error),
  );
  modules.onRunning(running);
  using _failing = onAbort(stop, () => acks.fail(asReason(stop.reason)));
  try {
    const { needs } = options;
    if (needs.length > 0) yield { lane: 0, applied: NO_TOKEN, needs, failures: [] };
    yield* acks;
  } finally {
    left.abort(new DmError('cancelled', 'the reader of the acks has left'));
    await running;
  }
}

function asReason(reason: unknown): DmError {
  if (reason instanceof DmError) return reason;
  return new DmError('cancelled', 'stopped on request', { cause: reason });
}
