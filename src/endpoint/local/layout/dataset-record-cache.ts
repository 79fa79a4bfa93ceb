import { setImmediate as loopTurn } from 'node:timers/promises';
import type { DatasetId } from '../../../model/ids.js';
import type { DatasetRecord } from './dataset-record.js';
import { byCommit, type TreeDirectory } from './tree-directory.js';

/** Text of the records that are kept; what is beyond is read from the disk each time. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;

/** How long records are looked at before others get their turn. */
const AT_ONCE_MS = 4;

interface KeptRecord {
  readonly stamp: string;
  readonly size: number;
  readonly record: DatasetRecord;
}

interface KeptList {
  readonly stamp: string;
  readonly records: readonly DatasetRecord[];
}

/**
 * Records of datasets as they were read last. Every look asks the disk whether the record, or one of a list, was
 * written since, by whichever thread: what is returned is never older than the call.
 */
export class DatasetRecordCache {
  readonly #maxBytes: number;
  readonly #trees = new Map<string, Map<DatasetId, KeptRecord>>();
  /** Of trees all of whose records are kept. */
  readonly #lists = new Map<string, KeptList>();
  #bytes = 0;

  constructor(options: { maxBytes?: number } = {}) {
    this.#maxBytes = options.maxBytes ?? MAX_KEPT_BYTES;
  }

  /** The record of a dataset, or null when there is none. Throws `corrupt` as reading it does. */
  read(directory: TreeDirectory, id: DatasetId): DatasetRecord | null {
    const present = directory.statDataset(id);
    const kept = this.#trees.get(directory.path)?.get(id);
    if (present !== null && kept?.stamp === present.stamp) return kept.record;
    this.#drop(directory.path, id);
    if (present === null) return null;
    // After the stamp was taken: a record written in between is read again the next time.
    const record = directory.readDataset(id);
    if (record !== null) this.#keep(directory.path, { ...present, record });
    return record;
  }

  /** The records of a tree in the order they were committed here. Throws `corrupt` as reading them does. */
  async list(directory: TreeDirectory): Promise<readonly DatasetRecord[]> {
    const { path } = directory;
    // Before the records are read: one written in between is read again the next time.
    const stamp = directory.datasetsStamp();
    const kept = this.#lists.get(path);
    if (kept?.stamp === stamp.text) return kept.records;
    const ids = directory.datasetIds();
    this.#retain(path, ids);
    const records: DatasetRecord[] = [];
    let since = performance.now();
    for (const id of ids) {
      if (performance.now() - since > AT_ONCE_MS) {
        await loopTurn();
        since = performance.now();
      }
      const record = this.read(directory, id);
      if (record !== null) records.push(record);
    }
    records.sort(byCommit);
    const isKept = this.#trees.get(path)?.size === records.length;
    if (isKept && directory.isSettled(stamp)) this.#lists.set(path, { stamp: stamp.text, records });
    return records;
  }

  /** Drops the records of a tree whose datasets are gone. */
  #retain(path: string, ids: readonly DatasetId[]): void {
    this.#lists.delete(path);
    const present = new Set(ids);
    for (const id of this.#trees.get(path)?.keys() ?? []) {
      if (!present.has(id)) this.#drop(path, id);
    }
  }

  /** Drops the trees that are gone. */
  retainTrees(directories: readonly TreeDirectory[]): void {
    const present = new Set(directories.map(({ path }) => path));
    for (const [path, records] of this.#trees) {
      if (present.has(path)) continue;
      for (const id of records.keys()) this.#drop(path, id);
      this.#trees.delete(path);
    }
  }

  #keep(path: string, kept: KeptRecord): void {
    if (this.#bytes + kept.size > this.#maxBytes) return;
    const records = this.#trees.get(path) ?? new Map<DatasetId, KeptRecord>();
    records.set(kept.record.id, kept);
    this.#trees.set(path, records);
    this.#bytes += kept.size;
  }

  #drop(path: string, id: DatasetId): void {
    const records = this.#trees.get(path);
    const kept = records?.get(id);
    if (kept === undefined) return;
    this.#lists.delete(path);
    records?.delete(id);
    this.#bytes -= kept.size;
  }
}
