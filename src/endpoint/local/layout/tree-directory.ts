import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { PRE_REPAIR } from '../../../model/dataset.js';
import { callCode, DmError } from '../../../model/error.js';
import { type DatasetId, parseDatasetId } from '../../../model/ids.js';
import { syncDirectory, writeDurably } from '../../../util/durable-file.js';
import {
  type DatasetRecord,
  parseDatasetRecord,
  serialiseDatasetRecord,
} from './dataset-record.js';
import { readFileClock } from './file-clock.js';
import {
  type LocalTree,
  type LocalTreeId,
  parseLocalTree,
  serialiseLocalTree,
} from './local-tree.js';
import { openRecord, sealRecord } from './sealed-record.js';
import { shownPath } from './shown-path.js';
import { VersionStore } from './version-store.js';

/** Deleted datasets of a tree whose catalogs are kept, beside that of its head. */
const MAX_BOOKMARKS = 64;
export const TREE_FILE = 'tree.json';
/** The next tree.json, while a dataset is committed. */
export const NEXT_FILE = 'tree-next.json';

/** Far more than a tick of any file system's clock. */
const SETTLED_NS = 1_000_000_000n;

/** How the probe of the clock fails where nothing can be written; what is there can be read all the same. */
const TAKES_NO_WRITES: ReadonlySet<string> = new Set([
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'EACCES',
  'EPERM',
]);

/** From a tree's directory to that of the root, which holds the probe file. */
const TO_PRIVATE = '../..';

export interface DatasetsStamp {
  /** Another one whenever a dataset came, went or was written again, by whichever thread; see `isSettled`. */
  readonly text: string;
  readonly changedNs: bigint;
}

/**
 * The directory `.datamover/trees/<local tree id>` of one local tree. Paths go through a pinned
 * directory descriptor of the root (layout/data-root.ts) and are valid while that root is open.
 */
export class TreeDirectory {
  readonly id: LocalTreeId;
  readonly path: string;
  readonly versions: VersionStore;

  constructor(treesPath: string, id: LocalTreeId) {
    this.id = id;
    this.path = `${treesPath}/${id}`;
    this.versions = new VersionStore(`${this.path}/versions`);
  }

  get datasetsPath(): string {
    return `${this.path}/datasets`;
  }

  /**
   * Records of deleted datasets: the one that the live tree still stands at, and
   * those that a copy somewhere may stand at.
   */
  get bookmarksPath(): string {
    return `${this.path}/bookmarks`;
  }

  get snapshotsPath(): string {
    return `${this.path}/snapshots`;
  }

  get stagingPath(): string {
    return `${this.path}/staging`;
  }

  /** Temporary files of a capture; emptied by the next one. */
  get scratchPath(): string {
    return `${this.path}/scratch`;
  }

  snapshotPath(id: DatasetId): string {
    return `${this.snapshotsPath}/${id}`;
  }

  /** The tree's record. Throws `corrupt` when it is damaged. */
  load(): LocalTree {
    const next = this.#read(NEXT_FILE);
    // It counts from the moment its dataset has a record; see commit.
    if (next?.head !== undefined && next.head !== null && this.readDataset(next.head) !== null) {
      return next;
    }
    const tree = this.#read(TREE_FILE);
    if (tree === null)
      throw new DmError('corrupt', `${shownPath(this.path)}/${TREE_FILE} is gone; restore it`);
    return tree;
  }

  /** Replaces the record atomically and durably. */
  save(tree: LocalTree): void {
    writeDurably(this.path, TREE_FILE, sealRecord(serialiseLocalTree(tree)));
    rmSync(`${this.path}/${NEXT_FILE}`, { force: true });
  }

  /**
   * Writes the record of a dataset and the tree that stands at it, both or none whatever happens
   * between. Everything that `record` and `tree` name must be durable before.
   */
  commit(record: DatasetRecord, tree: LocalTree): void {
    writeDurably(this.path, NEXT_FILE, sealRecord(serialiseLocalTree(tree)));
    this.writeDataset(record);
    this.save(tree);
  }

  #read(name: string): LocalTree | null {
    const what = `record ${shownPath(this.path)}/${name}`;
    let text: string;
    try {
      text = readFileSync(`${this.path}/${name}`, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    const tree = parseLocalTree(openRecord(text, what), what);
    if (tree.localTree !== this.id) {
      throw new DmError('corrupt', `${what} names another tree (${tree.localTree}); restore it`);
    }
    return tree;
  }

  /** The record of a dataset, or null when there is none: then there is no such dataset here. */
  readDataset(id: DatasetId): DatasetRecord | null {
    return readRecord(`${this.datasetsPath}/${id}.json`, id);
  }

  /**
   * As readDataset, but finds deleted datasets that left a bookmark too: catalog only, no bytes.
   */
  readCatalogOf(id: DatasetId): DatasetRecord | null {
    return this.readDataset(id) ?? readRecord(`${this.bookmarksPath}/${id}.json`, id);
  }

  /** Atomic and durable: with it the dataset exists. Everything it names must be durable before. */
  writeDataset(record: DatasetRecord): void {
    writeDurably(
      this.datasetsPath,
      `${record.id}.json`,
      sealRecord(serialiseDatasetRecord(record)),
    );
  }

  writeBookmark(record: DatasetRecord): void {
    writeDurably(
      this.bookmarksPath,
      `${record.id}.json`,
      sealRecord(serialiseDatasetRecord(record)),
    );
  }

  /** Records of datasets that are gone, but not yet all that they held. */
  get deletingPath(): string {
    return `${this.path}/deleting`;
  }

  /**
   * Takes a dataset away, durably: from now on it does not exist. Its record stays with the ones
   * being deleted until `finishDeleting`. False when there is none.
   */
  beginDeleting(id: DatasetId): boolean {
    mkdirSync(this.deletingPath, { recursive: true, mode: 0o700 });
    try {
      renameSync(`${this.datasetsPath}/${id}.json`, `${this.deletingPath}/${id}.json`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    syncDirectory(this.deletingPath);
    syncDirectory(this.datasetsPath);
    return true;
  }

  /**
   * Notes what a copy that came to nothing was to become, durably, among the datasets being deleted: of what it has
   * put into the version store only that goes which no dataset has. One of the same id that is noted already stays.
   */
  noteUnfinished(draft: DatasetRecord): void {
    mkdirSync(this.deletingPath, { recursive: true, mode: 0o700 });
    const name = `${draft.id}.json`;
    if (existsSync(`${this.deletingPath}/${name}`)) return;
    writeDurably(this.deletingPath, name, sealRecord(serialiseDatasetRecord(draft)));
  }

  /** Datasets whose deletion has begun and not finished, and copies that came to nothing (`INPROGRESS`). */
  deleting(): DatasetRecord[] {
    if (!existsSync(this.deletingPath)) return [];
    return idsIn(this.deletingPath).flatMap(
      (id) => readRecord(`${this.deletingPath}/${id}.json`, id) ?? [],
    );
  }

  finishDeleting(id: DatasetId): void {
    rmSync(`${this.deletingPath}/${id}.json`, { force: true });
  }

  /** Removes all but the newest bookmarks of what was copied, and that of `head`. */
  pruneBookmarks(head: DatasetId | null): void {
    const marks = this.bookmarkIds()
      .filter((id) => id !== head)
      .flatMap((id) => this.readBookmark(id) ?? [])
      .sort((a, b) => b.committedAtMs - a.committedAtMs);
    const useful = marks.filter(
      ({ id, name }) => name !== PRE_REPAIR && this.datasetStamp(id) === null,
    );
    const kept = new Set(useful.slice(0, MAX_BOOKMARKS));
    for (const mark of marks) {
      if (!kept.has(mark)) rmSync(`${this.bookmarksPath}/${mark.id}.json`, { force: true });
    }
  }

  /** The record of a deleted dataset that left its catalog; null when there is none. */
  readBookmark(id: DatasetId): DatasetRecord | null {
    return readRecord(`${this.bookmarksPath}/${id}.json`, id);
  }

  bookmarkIds(): DatasetId[] {
    return idsIn(this.bookmarksPath);
  }

  datasetIds(): DatasetId[] {
    return idsIn(this.datasetsPath);
  }

  /**
   * Another text whenever the record of a dataset was written; null when
   * there is none. Reads nothing of it.
   */
  datasetStamp(id: DatasetId): string | null {
    return this.statDataset(id)?.stamp ?? null;
  }

  /** The stamp of a dataset's record and its length in bytes; null when there is none. */
  statDataset(id: DatasetId): { readonly stamp: string; readonly size: number } | null {
    const path = `${this.datasetsPath}/${id}.json`;
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return null;
    return { stamp: `${stat.ino} ${stat.mtimeNs} ${stat.size}`, size: Number(stat.size) };
  }

  /** What all records of datasets together were written as last; reads none of them. */
  datasetsStamp(): DatasetsStamp {
    const { ino, mtimeNs, ctimeNs } = statSync(this.datasetsPath, { bigint: true });
    return { text: `${ino} ${mtimeNs} ${ctimeNs}`, changedNs: ctimeNs };
  }

  /**
   * Whether every later write of a record gives another stamp, which it may not within a tick of the file system's clock.
   * False also where that clock cannot be asked, as on a file system that is read-only or full.
   */
  isSettled({ changedNs }: DatasetsStamp): boolean {
    try {
      return readFileClock(`${this.path}/${TO_PRIVATE}`) - changedNs >= SETTLED_NS;
    } catch (error) {
      if (error instanceof Error && TAKES_NO_WRITES.has(callCode(error))) return false;
      throw error;
    }
  }

  /** All datasets of the tree, in the order they were committed here. */
  listDatasets(): DatasetRecord[] {
    const records: DatasetRecord[] = [];
    for (const id of this.datasetIds()) {
      const record = this.readDataset(id);
      if (record !== null) records.push(record);
    }
    return records.sort(byCommit);
  }
}

/** The order in which datasets of a tree were committed at this place. */
export function byCommit(a: DatasetRecord, b: DatasetRecord): number {
  return a.committedAtMs - b.committedAtMs || (a.id < b.id ? -1 : 1);
}

/** The record of a dataset in a file; null when there is none. Throws `corrupt` when it is damaged or another's. */
export function readRecord(path: string, id: DatasetId): DatasetRecord | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const what = `dataset record ${shownPath(path)}`;
  const record = parseDatasetRecord(openRecord(text, what), what);
  if (record.id !== id) {
    throw new DmError('corrupt', `${what} names another dataset; restore it`);
  }
  return record;
}

function idsIn(directory: string): DatasetId[] {
  return readdirSync(directory)
    .filter((name) => /^[0-9a-f]{32}\.json$/.test(name))
    .map((name) => parseDatasetId(name.slice(0, 32)))
    .sort();
}
