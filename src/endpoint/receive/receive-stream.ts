import { asDmError, DmError } from '../../model/error.js';
import type { Gfid } from '../../model/ids.js';
import { copyBytes } from '../../util/bytes.js';
import { MAX_PAYLOAD_BYTES } from '../change-payload.js';
import type { Ack, ChangeBatch } from '../change-stream.js';
import type { StreamPayload } from '../compression/raw-payload.js';
import type { LaneBatch } from './lane-messages.js';
import { LaneQueue } from './lane-queue.js';
import { malformed } from './malformed-stream.js';

const NO_TOKEN = new Uint8Array(0);

export interface ReceiveStreamOptions {
  readonly lanes: number;
  readonly structureDone: boolean;
}

/** What a place does with the parts of a stream; worker threads do the work. */
export interface ReceiveWork {
  /** Takes the batches of the structure phase; resolves to files that are needed whole. */
  structure(batches: AsyncIterable<StreamPayload>, signal: AbortSignal): Promise<readonly Gfid[]>;
  /** Applies the batches of one lane; tells `onAck` of each, in order. */
  lane(
    lane: number,
    batches: AsyncIterable<LaneBatch>,
    onAck: (ack: Ack) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /** The structure is received. */
  onStructure(): void;
  /** Every lane is complete. */
  onEnd(): void;
}

interface Lane {
  readonly queue: LaneQueue<LaneBatch>;
  readonly done: Promise<void>;
}

/** One run of a change stream into a session: keeps its phases, hands batches to the work and acks back. */
export class ReceiveStream {
  readonly #options: ReceiveStreamOptions;
  readonly #work: ReceiveWork;
  readonly #signal: AbortSignal;
  readonly #acks: LaneQueue<Ack>;
  #structure: { queue: LaneQueue<StreamPayload>; done: Promise<readonly Gfid[]> } | null = null;
  #structureDone: boolean;
  readonly #lanes = new Map<number, Lane>();

  constructor(
    options: ReceiveStreamOptions,
    modules: { work: ReceiveWork; acks: LaneQueue<Ack> },
    signal: AbortSignal,
  ) {
    this.#options = options;
    this.#work = modules.work;
    this.#acks = modules.acks;
    this.#signal = signal;
    this.#structureDone = options.structureDone;
  }

  /** Applies all batches; acks go to the queue, which is left open. When this fails, every task has stopped. */
  async run(batches: AsyncIterable<ChangeBatch>): Promise<void> {
    const iterator = batches[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await abortable(iterator.next(), this.#signal);
        if (next.done === true) break;
        await this.#take(next.value);
      }
      await this.#endLanes();
      this.#structure?.queue.fail(interrupted());
      await this.#structure?.done.catch(ignoreInterruption);
    } catch (error) {
      const failure = asDmError(error, 'receiving');
      this.#structure?.queue.fail(failure);
      for (const { queue } of this.#lanes.values()) queue.fail(failure);
      await Promise.allSettled([
        this.#structure?.done,
        ...[...this.#lanes.values()].map(({ done }) => done),
      ]);
      throw failure;
    } finally {
      // Not waited for: an input that is stuck must not hold up the end.
      void iterator.return?.()?.catch(() => undefined);
    }
  }

  async #take(batch: ChangeBatch): Promise<void> {
    if (Math.max(batch.payload.length, batch.rawBytes ?? 0) > MAX_PAYLOAD_BYTES) {
      throw malformed('a batch is too large');
    }
    if (batch.lane < 0 || batch.lane >= this.#options.lanes) throw malformed('a lane too many');
    if (batch.phase === 'structure') return this.#takeStructure(batch);
    if (!this.#structureDone) await this.#endStructure();
    if (batch.phase === 'content') {
      const lane = this.#lanes.get(batch.lane) ?? this.#startLane(batch.lane);
      // A token that is a view of the message would take all of it along to every thread.
      await lane.queue.send({ token: copyBytes(batch.token), ...payloadOf(batch) });
      return;
    }
    await this.#endLanes();
    this.#work.onEnd();
    await this.#acks.send(ackOf(batch.lane, batch.token, []));
  }

  async #takeStructure(batch: ChangeBatch): Promise<void> {
    if (this.#structureDone) throw malformed('the structure comes twice');
    // The memory of a message goes with its payload.
    const token = copyBytes(batch.token);
    await this.#startStructure().queue.send(payloadOf(batch));
    await this.#acks.send(ackOf(batch.lane, token, []));
  }

  #startStructure() {
    if (this.#structure !== null) return this.#structure;
    const queue = new LaneQueue<StreamPayload>();
    const done = this.#work.structure(queue, this.#signal);
    done.catch((error) => queue.fail(asDmError(error, 'receiving')));
    this.#structure = { queue, done };
    return this.#structure;
  }

  async #endStructure(): Promise<void> {
    const { queue, done } = this.#startStructure();
    queue.end();
    const needs = await done;
    this.#structure = null;
    this.#structureDone = true;
    this.#work.onStructure();
    if (needs.length > 0) await this.#acks.send(ackOf(0, NO_TOKEN, needs));
  }

  #startLane(number: number): Lane {
    const queue = new LaneQueue<LaneBatch>();
    const onAck = (ack: Ack): Promise<void> => this.#acks.send(ack);
    const done = this.#work.lane(number, queue, onAck, this.#signal);
    done.catch((error) => queue.fail(asDmError(error, 'receiving')));
    const lane = { queue, done };
    this.#lanes.set(number, lane);
    return lane;
  }

  async #endLanes(): Promise<void> {
    const lanes = [...this.#lanes.values()];
    for (const { queue } of lanes) queue.end();
    await Promise.all(lanes.map(({ done }) => done));
    this.#lanes.clear();
  }
}

function ackOf(lane: number, applied: Uint8Array, needs: readonly Gfid[]): Ack {
  return { lane, applied, needs, failures: [] };
}

function payloadOf({ payload, rawBytes }: ChangeBatch): StreamPayload {
  return { payload: ownBuffer(payload), ...(rawBytes !== undefined && { rawBytes }) };
}

/**
 * The bytes in memory that can be handed to a thread. What fills most of its memory is alone there, for the payload of
 * a batch is its consumer's; a small Buffer may have neighbours in Node's pool.
 */
function ownBuffer(bytes: Uint8Array): Uint8Array {
  const { byteLength } = bytes.buffer;
  const isPooled = Buffer.isBuffer(bytes) && byteLength <= Buffer.poolSize;
  return !isPooled && bytes.byteLength * 2 > byteLength ? bytes : new Uint8Array(bytes);
}

/** The result of `work`, or the reason of the signal if that comes first. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => undefined);
    throw signal.reason;
  }
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function interrupted(): DmError {
  return new DmError('cancelled', 'the change stream ended within its structure');
}

function ignoreInterruption(error: unknown): void {
  if (!(error instanceof DmError) || error.code !== 'cancelled') throw error;
}
