import { randomBytes } from 'node:crypto';
import {
  type DatasetExpirer,
  type ExpiryProgress,
  type ExpiryResult,
  expireDatasets,
} from '../../src/endpoint/dataset-expirer.js';
import type { DatasetLocker } from '../../src/endpoint/dataset-locker.js';
import type {
  CreateDatasetRequest,
  CreateProgress,
  DatasetMaker,
  DatasetPreview,
  PreviewRequest,
  VerifyProgress,
  VerifyResult,
} from '../../src/endpoint/dataset-maker.js';
import type {
  DatasetFilter,
  DatasetReader,
  DatasetRef,
  Source,
} from '../../src/endpoint/source.js';
import type { Offer, ReceiveSession, Target, TargetState } from '../../src/endpoint/target.js';
import type { DatasetInfo } from '../../src/model/dataset.js';
import { DmError } from '../../src/model/error.js';
import { parseDatasetId } from '../../src/model/ids.js';
import { sampleDataset } from './datasets.js';
import { MemoryReader } from './memory-reader.js';
import { MemoryReceive, MemorySession } from './memory-session.js';
import { digestOf, type MemoryTree } from './memory-tree.js';

export interface MemoryDataset {
  readonly info: DatasetInfo;
  readonly tree: MemoryTree;
}

/** A place that keeps datasets in memory and obeys the contracts of Source and Target. */
export class MemoryPlace implements Source, Target, DatasetMaker, DatasetExpirer, DatasetLocker {
  readonly datasets: MemoryDataset[] = [];
  /** What lies at each target path, by its text. */
  readonly live = new Map<string, MemoryDataset>();
  /** Offers as they arrived. */
  readonly offers: Offer[] = [];
  readonly #receives = new Map<string, MemoryReceive>();

  /** Makes a dataset of a tree; it follows the newest one at the same base path. */
  add(tree: MemoryTree, change: Partial<DatasetInfo> = {}): DatasetInfo {
    const number = this.datasets.length + 1;
    const basePath = change.basePath ?? Buffer.from('/data/source');
    const before = this.#newest(basePath);
    const info = sampleDataset(number, {
      id: parseDatasetId(randomBytes(16).toString('hex')),
      parents: before === null ? [] : [before.info.id],
      rootDigest: digestOf(tree),
      entries: tree.inodes.size - 1,
      bytes: [...tree.contents.values()].reduce((sum, { length }) => sum + BigInt(length), 0n),
      basePath,
      ...change,
    });
    this.datasets.push({ info, tree });
    return info;
  }

  /** Id of the dataset of each holder. */
  readonly held = new Map<string, string>();

  async hold(holder: string, { id }: { readonly id: string }): Promise<void> {
    this.held.set(holder, id);
  }

  async release(holder: string): Promise<void> {
    this.held.delete(holder);
  }

  expire(
    onProgress: (progress: ExpiryProgress) => void,
    signal: AbortSignal,
  ): Promise<ExpiryResult> {
    return expireDatasets(
      {
        list: (until) => this.listDatasets({}, until),
        lockedBy: async ({ lockedBy }) => lockedBy,
        remove: async ({ id }) => {
          this.datasets.splice(
            this.datasets.findIndex(({ info }) => info.id === id),
            1,
          );
          return 1_000;
        },
        now: async () => Date.now(),
      },
      onProgress,
      signal,
    );
  }

  async *listDatasets(filter: DatasetFilter, signal: AbortSignal): AsyncGenerator<DatasetInfo> {
    for (const { info } of this.datasets) {
      signal.throwIfAborted();
      if (filter.tree !== undefined && filter.tree !== info.tree) continue;
      if (filter.basePath && Buffer.compare(filter.basePath, info.basePath) !== 0) continue;
      yield info;
    }
  }

  async bookmark(): Promise<null> {
    return null;
  }

  async open(ref: DatasetRef, _signal: AbortSignal): Promise<DatasetReader> {
    return new MemoryReader(this.#find(ref), this);
  }

  async inspect(path: Uint8Array, _signal: AbortSignal): Promise<TargetState> {
    const live = this.live.get(Buffer.from(path).toString());
    if (live === undefined) return { kind: 'absent', tree: null, head: null };
    const { id, rootDigest, tree } = live.info;
    return { kind: 'received', tree, head: { id, rootDigest } };
  }

  async begin(offer: Offer, _signal: AbortSignal): Promise<ReceiveSession> {
    this.offers.push(offer);
    const path = Buffer.from(offer.targetPath).toString();
    const done = this.datasets.find(
      ({ info }) =>
        info.id === offer.dataset.id && Buffer.compare(info.basePath, offer.targetPath) === 0,
    );
    const head = this.live.get(path) ?? null;
    if (done === undefined && (head?.info.id ?? null) !== (offer.base?.id ?? null)) {
      throw new DmError('diverged', `${path} stands at another dataset; make a full copy`);
    }
    const older = this.#receives.get(path);
    await older?.supersede();
    const receive =
      older?.dataset.id === offer.dataset.id ? older : new MemoryReceive(offer, head?.tree ?? null);
    this.#receives.set(path, receive);
    return new MemorySession(receive, done ?? null, {
      commit: (tree) => this.#commit(offer, tree),
      drop: () => this.#receives.delete(path),
    });
  }

  async create(
    request: CreateDatasetRequest,
    onProgress: (progress: CreateProgress) => void,
    _signal: AbortSignal,
  ): Promise<DatasetInfo> {
    const before = this.#newest(request.basePath);
    if (before === null) {
      throw new DmError('source_missing', 'there is no such directory; make it');
    }
    onProgress({ phase: 'scanning', entries: 1, bytesDone: 0, bytesTotal: 0, failures: [] });
    const failures = [{ path: Buffer.from('hidden'), code: 'unreadable', message: 'denied' }];
    const entries = before.info.entries;
    onProgress({ phase: 'scanning', entries, bytesDone: 1, bytesTotal: 2, failures });
    return this.add(before.tree, { name: request.name, basePath: request.basePath });
  }

  async preview({ basePath }: PreviewRequest): Promise<DatasetPreview> {
    const before = this.#newest(basePath);
    if (before === null) {
      throw new DmError('source_missing', 'there is no such directory; make it');
    }
    const { entries, bytes } = before.info;
    const changes = { created: 0, changed: 0, deleted: 0, renamed: 0, bytes: 0 };
    return { isFirst: false, entries, bytes: Number(bytes), changes };
  }

  async verify(
    ref: DatasetRef,
    onProgress: (progress: VerifyProgress) => void,
    _signal: AbortSignal,
  ): Promise<VerifyResult> {
    const { tree } = this.#find(ref);
    const files = tree.contents.size;
    for (let done = 1; done <= files; done++) {
      const bad = [{ path: Buffer.from(`f${done}`), code: 'corrupt', message: 'bytes differ' }];
      onProgress({ filesDone: done, filesTotal: files, bytesDone: 0, bytesTotal: 0, bad });
    }
    return { files, bytes: 0, bad: files, digestsMade: 0 };
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #find(ref: DatasetRef): MemoryDataset {
    const found = this.datasets.find(({ info }) =>
      'number' in ref
        ? info.number === ref.number
        : info.id === ref.id &&
          (!ref.basePath || Buffer.compare(ref.basePath, info.basePath) === 0),
    );
    if (found === undefined) throw new DmError('not_found', 'there is no such dataset; list them');
    return found;
  }

  #newest(basePath: Uint8Array): MemoryDataset | null {
    const here = this.datasets.filter(({ info }) => Buffer.compare(info.basePath, basePath) === 0);
    return here.at(-1) ?? null;
  }

  #commit(offer: Offer, tree: MemoryTree): MemoryDataset {
    if (digestOf(tree) !== offer.dataset.rootDigest) {
      throw new DmError('corrupt', 'the received tree is not the dataset; copy it again');
    }
    const number = this.datasets.length + 1;
    const info = {
      ...sampleDataset(number),
      ...offer.dataset,
      number,
      basePath: offer.targetPath,
      provider: 'live' as const,
    };
    this.datasets.push({ info, tree });
    this.live.set(Buffer.from(offer.targetPath).toString(), { info, tree });
    return { info, tree };
  }
}
