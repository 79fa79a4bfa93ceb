import type { DatasetInfo } from '../../../model/dataset.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import type { WorkerPool } from '../../../worker/pool.js';
import type { Ack, ChangeBatch, ResumePoint } from '../../change-stream.js';
import { CompressionSwitch } from '../../compression/compression-switch.js';
import type { StreamPayload } from '../../compression/raw-payload.js';
import type { LaneBatch } from '../../receive/lane-messages.js';
import type { ReceiveSessions, StoppableSession } from '../../receive/receive-sessions.js';
import type { ReceiveWork } from '../../receive/receive-stream.js';
import { writeStream } from '../../receive/write-stream.js';
import type { CommitRequest, CommitResult, ReceiveSession, TargetProgress } from '../../target.js';
import type { TreePlace } from '../changes/place-datasets.js';
import type { DataRoot } from '../layout/data-root.js';
import { datasetInfo } from '../layout/dataset-record.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { removeTree } from '../layout/tree-list.js';
import type { LocalDatasets } from '../local-datasets.js';
import { syncfsInBackground } from '../sys/data.js';
import { close } from '../sys/open.js';
import { requireFree } from './check-room.js';
import { clearDiscarded } from './clear-discarded.js';
import type { CommitInput, CommitOutcome } from './commit-session.js';
import { discardSession } from './discard-session.js';
import { LaneDurability } from './lane-durability.js';
import { sessionError } from './receive-failure.js';
import {
  type LaneAck,
  type LaneInput,
  type LaneResult,
  RECEIVE_TASKS,
  type ResumeResult,
} from './receive-input.js';
import { flipHasBegun, loadSession, saveSession } from './session-record.js';
import { sessionsOf } from './staging-area.js';

export interface LocalSessionOptions {
  readonly place: TreePlace;
  readonly session: string;
  readonly lanes: number;
  readonly resumed: ResumeResult;
  /** On the target's file system, opened before anything was received; this object closes it. */
  readonly syncFd: number;
  /** Percent of the file system that stays free: what would take more fails with `no_space`. */
  readonly minFreePercent: number;
}

export interface LocalSessionModules {
  readonly pool: WorkerPool;
  readonly datasets: LocalDatasets;
  readonly sessions: ReceiveSessions;
  readonly root: DataRoot;
  readonly directory: TreeDirectory;
  readonly log?: { warn(fields: object, message: string): void };
  /** That pages of this session are being written; this object gives it back. */
  readonly pages: Disposable;
  readonly now: () => number;
}

/** A receive session of the local place; its work is done by worker threads. */
export class LocalReceiveSession implements ReceiveSession, StoppableSession {
  readonly resume: ResumePoint | null;
  readonly committed = false;
  /** Compressed batches are taken, and not asked for. */
  readonly compression = new CompressionSwitch();
  readonly #options: LocalSessionOptions;
  readonly #modules: LocalSessionModules;
  readonly #stopped = new AbortController();
  readonly #logs: number[];
  readonly #needs: Gfid[];
  #structureDone: boolean;
  /** The stream has ended whole: what comes now was asked for. */
  #streamEnded = false;
  #running: Promise<unknown> = Promise.resolve();
  #committing: Promise<unknown> = Promise.resolve();
  #result: CommitResult | null = null;
  #durability: LaneDurability | null = null;
  #closed = false;

  constructor(options: LocalSessionOptions, modules: LocalSessionModules) {
    const { point, logs, needs } = options.resumed;
    this.#options = options;
    this.#modules = modules;
    this.resume = point;
    this.#logs = [...logs];
    this.#needs = [...needs];
    this.#structureDone = point !== null;
    modules.sessions.add(options.place.tree.basePath, this);
  }

  write(batches: AsyncIterable<ChangeBatch>, signal: AbortSignal): AsyncGenerator<Ack> {
    const options = {
      lanes: this.#options.lanes,
      structureDone: this.#structureDone,
      needs: this.#needs.splice(0),
      stopped: this.#stopped.signal,
    };
    const onRunning = (running: Promise<void>): void => {
      this.#running = running;
    };
    return writeStream(batches, options, { work: this.#work(), onRunning }, signal);
  }

  commit(
    request: CommitRequest,
    onProgress: (progress: TargetProgress) => void,
    signal: AbortSignal,
  ): Promise<CommitResult> {
    const { tree } = this.#options.place;
    const commit = this.#modules.sessions.exclusively(tree.basePath, async () => {
      if (this.#result !== null) return this.#result;
      this.#stopped.signal.throwIfAborted();
      const { failures, partial } = request;
      const told = failures.map(({ gfid, code, message }) => ({ gfid, code, message }));
      this.#result = await this.#commit({ failures: told, partial }, onProgress, signal);
      return this.#result;
    });
    this.#committing = commit.catch(() => undefined);
    return commit;
  }

  async abort(signal: AbortSignal): Promise<void> {
    await this.stop(new DmError('cancelled', 'the copy was aborted'));
    const { place, session } = this.#options;
    const { directory, sessions } = this.#modules;
    await sessions.exclusively(place.tree.basePath, async () => {
      const record = loadSession(directory, session);
      if (record === null) return;
      if (flipHasBegun(record.phase)) {
        await this.#commit({ failures: [], partial: 'allow' }, () => undefined, signal);
        return;
      }
      await discardSession(directory, session, this.#modules);
      const isNothing = directory.load().head === null && sessionsOf(directory).length === 0;
      if (isNothing) removeTree(directory);
      else await clearDiscarded(this.#modules, this.#modules, signal);
    });
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
    this.#modules.sessions.remove(this.#options.place.tree.basePath, this);
    close(this.#options.syncFd);
    this.#modules.pages[Symbol.dispose]();
  }

  #work(): ReceiveWork {
    const { place, session } = this.#options;
    const { pool } = this.#modules;
    const onRequest = this.#streamEnded;
    const transferOf = ({ payload }: StreamPayload) => [payload.buffer as ArrayBuffer];
    return {
      structure: (messages, signal) =>
        pool.run(RECEIVE_TASKS.structure, { place, session }, { messages, transferOf }, signal),
      lane: async (lane, messages, onAck, signal) => {
        const input = { place, session, lane, log: this.#logs[lane] ?? 0, onRequest };
        this.#durability ??= this.#makeDurable();
        const durability = this.#durability;
        const onMessage = (ack: LaneAck) => onAck(this.#ackOf(lane, ack, durability));
        const options = { messages, transferOf, onMessage };
        const task = RECEIVE_TASKS.lane;
        try {
          const { log } = await pool.run<LaneInput, LaneResult, LaneAck, LaneBatch>(
            task,
            input,
            options,
            signal,
          );
          this.#logs[lane] = log;
        } finally {
          await durability.settled();
        }
        durability.requireSynced();
      },
      onStructure: () => {
        this.#structureDone = true;
      },
      onEnd: () => {
        this.#streamEnded = true;
      },
    };
  }

  #ackOf(lane: number, ack: LaneAck, durability: LaneDurability): Ack {
    const { syncFd, minFreePercent, place } = this.#options;
    const { token, needs, failures, log, bytes } = ack;
    requireFree(syncFd, minFreePercent, place.tree.basePath);
    const durable = durability.applied(lane, { token, log }, bytes);
    return { lane, applied: token, ...(durable && { durable }), needs, failures };
  }

  #makeDurable(): LaneDurability {
    const { session, syncFd, place } = this.#options;
    const { directory } = this.#modules;
    return new LaneDurability({
      sync: () =>
        syncfsInBackground(syncFd).catch((error: unknown) => {
          throw sessionError(error, 'receive into', place.tree.basePath);
        }),
      save: (logs) => {
        const record = loadSession(directory, session);
        if (record === null) return;
        const durable = record.durable.map((length, lane) => logs.get(lane) ?? length);
        saveSession(directory, { ...record, durable });
      },
      now: () => performance.now(),
    });
  }

  async #commit(
    request: Pick<CommitInput, 'failures' | 'partial'>,
    onProgress: (progress: TargetProgress) => void,
    signal: AbortSignal,
  ): Promise<CommitResult> {
    const { place, session, syncFd } = this.#options;
    const { pool, now, directory } = this.#modules;
    // A flip that was interrupted has changed the tree's record.
    const tree = directory.load();
    const outcome = await pool.run<CommitInput, CommitOutcome, TargetProgress>(
      RECEIVE_TASKS.commit,
      { place: { ...place, tree }, session, syncFd, nowMs: now(), ...request },
      { onMessage: onProgress },
      signal,
    );
    const { statistics, failures } = outcome;
    return { dataset: await this.#infoOf(outcome), statistics, failures };
  }

  async #infoOf({ record, tree }: CommitOutcome): Promise<DatasetInfo> {
    if (tree === null) return datasetInfo(record, { number: 0, snapshot: '', lockedBy: [] });
    const { datasets } = this.#modules;
    const { basePath } = this.#options.place.tree;
    return datasets.infoOf(await datasets.get({ id: record.id, basePath }));
  }
}
