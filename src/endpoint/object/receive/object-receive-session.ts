import type { DatasetInfo } from '../../../model/dataset.js';
import { asDmError, DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import { PackSet } from '../../../repository/pack-set.js';
import type { WorkerPool } from '../../../worker/pool.js';
import type { Ack, ChangeBatch, ResumePoint } from '../../change-stream.js';
import { CompressionSwitch } from '../../compression/compression-switch.js';
import type { StreamPayload } from '../../compression/raw-payload.js';
import type { LaneBatch } from '../../receive/lane-messages.js';
import type { ReceiveSessions, StoppableSession } from '../../receive/receive-sessions.js';
import type { ReceiveWork } from '../../receive/receive-stream.js';
import { writeStream } from '../../receive/write-stream.js';
import type { CommitRequest, CommitResult, ReceiveSession, TargetProgress } from '../../target.js';
import { lockOfNew } from '../lock/lock-period.js';
import { storedInfo } from '../repository-datasets.js';
import { makeCommit } from './make-commit.js';
import { mergeIndex } from './merge-index.js';
import { PackSlots } from './pack-slots.js';
import { PlainDone } from './plain-done.js';
import { PlainUploads } from './plain-uploads.js';
import { keepMsOf, type PublishModules, publishDataset } from './publish-dataset.js';
import { loadSession, type ObjectSession, saveSession } from './session-record.js';
import {
  OBJECT_RECEIVE_TASKS,
  type ObjectLaneInput,
  type ObjectLaneMessage,
  type ObjectLaneResult,
  type ObjectResumeResult,
  type ObjectStructureResult,
  type ObjectTaskInput,
} from './task-input.js';
import { UploadQueue } from './upload-queue.js';
import { usablePacks } from './usable-packs.js';

/** Plain objects on their way at once: most are small. */
const PARALLEL_OBJECTS = 8;
/** Batches ahead in a lane, 1 MiB each. */
const LANE_WINDOW = 2;

export interface ObjectSessionOptions {
  /** Names the target among the sessions of its account. */
  readonly lockPath: Uint8Array;
  readonly session: ObjectSession;
  readonly input: ObjectTaskInput;
  readonly resumed: ObjectResumeResult;
  /** In plain objects that an interrupted attempt has put. */
  readonly plainBytes: number;
}

export interface ObjectSessionModules extends Omit<PublishModules, 'plainBytes' | 'isBaseLacking'> {
  readonly pool: WorkerPool;
  readonly sessions: ReceiveSessions;
  /** Gives memory that no thread uses any more back to the system. */
  readonly releaseMemory: (memory: SharedArrayBuffer) => void;
}

/** A backup into a repository; worker threads hash, compress and pack, this thread uploads. */
export class ObjectReceiveSession implements ReceiveSession, StoppableSession {
  readonly resume: ResumePoint | null;
  readonly committed = false;
  /** Compressed batches are taken, and not asked for. */
  readonly compression = new CompressionSwitch();
  readonly #options: ObjectSessionOptions;
  readonly #modules: ObjectSessionModules;
  readonly #stopped = new AbortController();
  readonly #logs: number[];
  readonly #needs: Gfid[];
  #structureDone: boolean;
  #plainBytes: number;
  /** The stream has ended whole: what comes now was asked for. */
  #streamEnded = false;
  #running: Promise<unknown> = Promise.resolve();
  #committing: Promise<unknown> = Promise.resolve();
  #result: CommitResult | null = null;
  #closed = false;

  constructor(options: ObjectSessionOptions, modules: ObjectSessionModules) {
    const { point, logs, needs } = options.resumed;
    this.#options = options;
    this.#modules = modules;
    this.#plainBytes = options.plainBytes;
    this.resume = point;
    this.#logs = [...logs];
    this.#needs = [...needs];
    this.#structureDone = point !== null;
    modules.sessions.add(options.lockPath, this);
  }

  write(batches: AsyncIterable<ChangeBatch>, signal: AbortSignal): AsyncGenerator<Ack> {
    const options = {
      lanes: this.#options.session.lanes,
      structureDone: this.#structureDone,
      needs: this.#needs.splice(0),
      stopped: this.#stopped.signal,
    };
    const { work, ended } = this.#work();
    const onRunning = (running: Promise<void>): void => {
      this.#running = running.then(ended);
    };
    return writeStream(batches, options, { work, onRunning }, signal);
  }

  commit(
    request: CommitRequest,
    onProgress: (progress: TargetProgress) => void,
    signal: AbortSignal,
  ): Promise<CommitResult> {
    const commit = this.#modules.sessions.exclusively(this.#options.lockPath, async () => {
      if (this.#result !== null) return this.#result;
      this.#stopped.signal.throwIfAborted();
      this.#result = await this.#commit(request, onProgress, signal);
      return this.#result;
    });
    this.#committing = commit.catch(() => undefined);
    return commit;
  }

  async abort(): Promise<void> {
    await this.stop(new DmError('cancelled', 'the copy was aborted'));
    const { sessions, work } = this.#modules;
    await sessions.exclusively(this.#options.lockPath, async () => work.removeSession());
  }

  async stop(reason: DmError): Promise<void> {
    this.#stopped.abort(reason);
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#committing;
    await this.stop(new DmError('cancelled', 'the session was closed'));
    this.#modules.sessions.remove(this.#options.lockPath, this);
    this.#modules.releaseMemory(this.#options.input.table);
  }

  /** For one stream, and what is to be done when it has ended: when lanes fail, uploads may still be on their way. */
  #work(): { readonly work: ReceiveWork; readonly ended: () => Promise<void> } {
    const onRequest = this.#streamEnded;
    const { packsAtOnce } = this.#modules.store;
    const uploads = new UploadQueue({ parallel: packsAtOnce });
    const objects = new UploadQueue({ parallel: PARALLEL_OBJECTS });
    // Each lane fills one more meanwhile.
    const slots = PackSlots.make(this.#options.session.lanes + packsAtOnce);
    const work: ReceiveWork = {
      structure: (payloads, signal) => this.#takeStructure(payloads, signal),
      lane: async (lane, batches, onAck, signal) => {
        const options = { lane, onRequest, uploads, objects, slots };
        await this.#takeLane(options, batches, onAck, signal);
        await uploads.settled();
        await objects.settled();
      },
      onStructure: () => {
        this.#structureDone = true;
      },
      onEnd: () => {
        this.#streamEnded = true;
      },
    };
    const ended = async (): Promise<void> => {
      await uploads.ended();
      await objects.ended();
      this.#modules.releaseMemory(slots.memory);
    };
    return { work, ended };
  }

  async #takeStructure(
    messages: AsyncIterable<StreamPayload>,
    signal: AbortSignal,
  ): Promise<readonly Gfid[]> {
    const { pool, work } = this.#modules;
    const { needs, dataset, maps, pagePacks } = await pool.run<
      ObjectTaskInput,
      ObjectStructureResult,
      never,
      StreamPayload
    >(
      OBJECT_RECEIVE_TASKS.structure,
      this.#options.input,
      { messages, transferOf: ({ payload }) => [payload.buffer as ArrayBuffer] },
      signal,
    );
    saveSession(work, { ...this.#session(), dataset, maps, pagePacks, phase: 'content' });
    return needs;
  }

  async #takeLane(
    options: {
      lane: number;
      onRequest: boolean;
      uploads: UploadQueue;
      objects: UploadQueue;
      slots: PackSlots;
    },
    messages: AsyncIterable<LaneBatch>,
    onAck: (ack: Ack) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { lane, onRequest, uploads, objects, slots } = options;
    const plain = new PlainUploads({
      store: this.#modules.store,
      uploads: objects,
      keepMs: keepMsOf(this.#options.session),
      there: new PackSet(this.#options.input.usable),
      done: new PlainDone(this.#modules.work),
      count: (bytes) => {
        this.#plainBytes += bytes;
      },
    });
    const log = this.#logs[lane] ?? 0;
    const input = { ...this.#options.input, lane, log, onRequest, slots: slots.memory };
    const onMessage = async (message: ObjectLaneMessage): Promise<void> => {
      if (message.kind === 'pack') {
        await uploads.add(() => this.#upload(message, slots, signal));
      } else if (message.kind !== 'ack') {
        await plain.take(message, signal);
      } else {
        const { token, needs, failures } = message;
        await onAck({ lane, applied: token, needs, failures });
      }
    };
    const run = this.#modules.pool.run<
      ObjectLaneInput,
      ObjectLaneResult,
      ObjectLaneMessage,
      LaneBatch
    >(
      OBJECT_RECEIVE_TASKS.lane,
      input,
      {
        messages,
        window: LANE_WINDOW,
        transferOf: ({ payload }) => [payload.buffer as ArrayBuffer],
        onMessage,
      },
      signal,
    );
    const result = await run.finally(() => plain.drop());
    this.#logs[lane] = result.log;
  }

  async #upload(
    { pack, slot, length }: Extract<ObjectLaneMessage, { kind: 'pack' }>,
    slots: PackSlots,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, repository, uploaded } = this.#modules;
    const bytes = slots.bytes(slot).subarray(0, length);
    const retainUntilMs = await lockOfNew(store, keepMsOf(this.#options.session), signal);
    await store.put(repository.layout.pack('data', pack), bytes, { retainUntilMs }, signal);
    slots.free(slot);
    uploaded.add(pack, { length, lockedUntilMs: retainUntilMs });
  }

  async #commit(
    request: CommitRequest,
    onProgress: (progress: TargetProgress) => void,
    signal: AbortSignal,
  ): Promise<CommitResult> {
    const { repository, store, work } = this.#modules;
    onProgress({ phase: 'checking', done: 0, total: 1 });
    const usable = await usablePacks(repository, store, signal);
    const { session, input } = this.#options;
    const made = await makeCommit(session, input, request, usable, this.#modules, signal);
    onProgress({ phase: 'syncing', done: 0, total: 1 });
    const publish = {
      ...this.#modules,
      plainBytes: this.#plainBytes,
      isBaseLacking: input.isBaseLacking,
    };
    const stored = await publishDataset(this.#session(), made, usable, publish, signal);
    this.#modules.newest?.wrote(repository.layout, stored);
    work.removeSession();
    await this.#mergeIndex(signal);
    onProgress({ phase: 'committed', done: 1, total: 1 });
    const dataset: DatasetInfo = storedInfo(stored);
    return { dataset, statistics: made.statistics, failures: made.failures };
  }

  /** The dataset is there already: what goes wrong here is tried again by the next. */
  async #mergeIndex(signal: AbortSignal): Promise<void> {
    try {
      await mergeIndex(this.#modules, signal);
    } catch (error) {
      const { message } = asDmError(error, 'merging the index');
      this.#modules.log.warn({ reason: message }, 'the index of a backup could not be merged');
    }
  }

  #session(): ObjectSession {
    const session = loadSession(this.#modules.work);
    if (session === null) {
      throw new DmError('session_superseded', 'the backup session is gone; start the copy anew');
    }
    return session;
  }
}
