import { normalAbsolute } from '../../model/absolute-path.js';
import type { DatasetInfo } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import type { DatasetId, SystemGuid } from '../../model/ids.js';
import type { WorkerPool } from '../../worker/pool.js';
import type {
  BadEntry,
  CreateDatasetRequest,
  CreateProgress,
  DatasetMaker,
  DatasetPreview,
  PreviewRequest,
  VerifyProgress,
  VerifyResult,
} from '../dataset-maker.js';
import type { DatasetRef } from '../source.js';
import type { CaptureInput, CaptureProgress, CaptureResult } from './capture/capture-input.js';
import type { DeleteInput, DeleteResult } from './capture/delete-task.js';
import type { PreviewInput } from './capture/preview-task.js';
import { type DataRoot, type FileIdentity, rootOf } from './layout/data-root.js';
import type { DatasetRecord } from './layout/dataset-record.js';
import type { LocalDatasets } from './local-datasets.js';
import { LOCAL_TASKS } from './local-tasks.js';
import type { OpenDatasets } from './open-datasets.js';
import type {
  VerifyInput,
  VerifyMessage,
  VerifyResult as VerifyOutcome,
} from './verify/verify-input.js';

export interface LocalMakerModules {
  readonly pool: WorkerPool;
  readonly datasets: LocalDatasets;
  readonly holds: OpenDatasets;
  /**
   * Runs one capture, deletion or commit of a receive at a path at a time: shared with the targets.
   */
  readonly trees: { exclusively<T>(path: Uint8Array, work: () => Promise<T>): Promise<T> };
  /** The dataset id of a request, the same at every asking. */
  readonly requestIds: { idFor(requestId: string): Promise<DatasetId> };
  readonly now: () => number;
}

const MADE = { phase: 'writing', entries: 0, bytesDone: 0, bytesTotal: 0, failures: [] };

/** Makes, verifies and deletes the datasets below the data roots of this host. */
export class LocalMaker implements DatasetMaker {
  readonly #options: { roots: readonly DataRoot[]; system: SystemGuid; minFreePercent: number };
  readonly #modules: LocalMakerModules;

  constructor(
    options: { roots: readonly DataRoot[]; system: SystemGuid; minFreePercent: number },
    modules: LocalMakerModules,
  ) {
    this.#options = options;
    this.#modules = modules;
  }

  async create(
    request: CreateDatasetRequest,
    onProgress: (progress: CreateProgress) => void,
    signal: AbortSignal,
  ): Promise<DatasetInfo> {
    const { datasets, pool, trees, requestIds, now, holds } = this.#modules;
    const basePath = normalAbsolute(request.basePath);
    const root = rootOf(this.#options.roots, basePath);
    root.expectInPlace();
    const id = await requestIds.idFor(`${request.requestId} ${basePath.toString('base64')}`);
    return trees.exclusively(basePath, async () => {
      const made = await datasets.find({ id, basePath });
      if (made) return made.info;
      using _pages = holds.writePages(root.pagesPath);
      refuseReceived(root, basePath);
      const input: CaptureInput = {
        root: root.path,
        basePath,
        name: request.name,
        excludes: request.excludes,
        provider: request.snapshot,
        retention: request.retention,
        system: this.#options.system,
        acceptSource: request.acceptSource,
        partial: request.partial,
        minFreePercent: this.#options.minFreePercent,
        otherPrivateDirectories: this.#otherPrivateDirectories(root),
        nowMs: now(),
        id,
      };
      const result = await pool.run<CaptureInput, CaptureResult, CaptureProgress>(
        LOCAL_TASKS.capture,
        input,
        { onMessage: (progress) => onProgress(createProgress(progress)) },
        signal,
      );
      const { statistics, bytesRead } = result;
      onProgress({ ...MADE, made: { statistics, bytesRead } });
      const dataset = await datasets.find({ id, basePath });
      if (!dataset)
        throw new DmError(
          'internal',
          `dataset ${id} was captured but has no record; verify the disk`,
        );
      return dataset.info;
    });
  }

  async preview(request: PreviewRequest, signal: AbortSignal): Promise<DatasetPreview> {
    const { pool, trees } = this.#modules;
    const basePath = normalAbsolute(request.basePath);
    const root = rootOf(this.#options.roots, basePath);
    root.expectInPlace();
    refuseReceived(root, basePath);
    const input: PreviewInput = {
      root: root.path,
      basePath,
      excludes: request.excludes,
      system: this.#options.system,
      acceptSource: request.acceptSource,
      otherPrivateDirectories: this.#otherPrivateDirectories(root),
    };
    return trees.exclusively(basePath, () =>
      pool.run<PreviewInput, DatasetPreview>(LOCAL_TASKS.preview, input, {}, signal),
    );
  }

  #otherPrivateDirectories(root: DataRoot): FileIdentity[] {
    return this.#options.roots
      .filter((other) => other !== root)
      .map(({ privateIdentity: { dev, ino } }) => ({ dev, ino }));
  }

  async verify(
    ref: DatasetRef,
    onProgress: (progress: VerifyProgress) => void,
    signal: AbortSignal,
  ): Promise<VerifyResult> {
    const { datasets, pool, holds } = this.#modules;
    const { root, tree, record } = await datasets.get(ref);
    using _held = holds.hold(tree.localTree, record.id);
    using _pages = holds.writePages(root.pagesPath);
    const progress = new VerifyCounters(record, onProgress);
    const outcome = await pool.run<VerifyInput, VerifyOutcome, VerifyMessage>(
      LOCAL_TASKS.verify,
      { root: root.path, localTree: tree.localTree, id: record.id },
      { onMessage: (message) => progress.take(message) },
      signal,
    );
    return {
      files: outcome.files,
      bytes: Number(outcome.bytes),
      bad: outcome.bad,
      digestsMade: outcome.digestsMade,
    };
  }

  /**
   * Deletes a dataset and what only it needs, when it is its tree's turn; until then the
   * dataset can be read. `in_use` while it is read.
   */
  async delete(ref: DatasetRef, signal: AbortSignal): Promise<DeleteResult> {
    const { datasets, pool, holds, trees } = this.#modules;
    const { root, tree, record } = await datasets.get(ref);
    return await trees.exclusively(tree.basePath, async () => {
      signal.throwIfAborted();
      using _claim = holds.claimForDelete(tree.localTree, record.id);
      const input = { root: root.path, localTree: tree.localTree, id: record.id };
      return await pool.run<DeleteInput, DeleteResult>(LOCAL_TASKS.delete, input, {}, signal);
    });
  }

  /**
   * Does the rest of deletions that were interrupted. Returns the bytes that
   * came free; null when there were none.
   */
  async finishDeletions(signal: AbortSignal): Promise<number | null> {
    const { pool, trees } = this.#modules;
    let freed: number | null = null;
    for (const root of this.#options.roots) {
      for (const { directory, tree } of root.trees()) {
        if (directory.deleting().length === 0) continue;
        const input = { root: root.path, localTree: tree.localTree, id: null };
        const { freedBytes } = await trees.exclusively(tree.basePath, () =>
          pool.run<DeleteInput, DeleteResult>(LOCAL_TASKS.delete, input, {}, signal),
        );
        freed = (freed ?? 0) + freedBytes;
      }
    }
    return freed;
  }
}

/** A dataset made of a tree that takes copies would stand in the way of the next one. */
function refuseReceived(root: DataRoot, basePath: Buffer): void {
  const found = root.trees().find(({ tree }) => basePath.equals(tree.basePath));
  if (found?.tree.role !== 'received' || found.tree.released || found.tree.head === null) return;
  throw new DmError(
    'in_use',
    `${basePath} is received from ${found.tree.owner}; make datasets at its origin, or release it with \`dm targets release\` first`,
  );
}

function createProgress(progress: CaptureProgress): CreateProgress {
  return {
    phase: progress.phase,
    entries: progress.phase === 'scanning' ? progress.entries : progress.files,
    bytesDone: Number(progress.bytes),
    bytesTotal: Number(progress.totalBytes ?? 0n),
    failures: progress.failures ?? [],
  };
}

/** Turns a verification's messages into progress with totals. */
class VerifyCounters {
  readonly #totals: { readonly filesTotal: number; readonly bytesTotal: number };
  readonly #onProgress: (progress: VerifyProgress) => void;
  #filesDone = 0;
  #bytesDone = 0;

  constructor(record: DatasetRecord, onProgress: (progress: VerifyProgress) => void) {
    this.#totals = { filesTotal: record.entries, bytesTotal: Number(record.bytes) };
    this.#onProgress = onProgress;
  }

  take(message: VerifyMessage): void {
    const bad: BadEntry[] = [];
    if (message.kind === 'bad') {
      const { path, code, message: text } = message;
      bad.push({ path, code, message: text });
    } else {
      this.#filesDone = message.files;
      this.#bytesDone = Number(message.bytes);
    }
    const { filesTotal, bytesTotal } = this.#totals;
    const done = { filesDone: this.#filesDone, bytesDone: this.#bytesDone };
    this.#onProgress({ ...done, filesTotal, bytesTotal, bad });
  }
}
