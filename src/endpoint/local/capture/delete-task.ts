import { Catalog } from '../../../catalog/catalog.js';
import { diffMaps } from '../../../catalog/diff-maps.js';
import { decodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { inodeType, inodeVersion } from '../../../catalog/maps/inodes.js';
import { PageReader } from '../../../catalog/page-reader.js';
import { asDmError, DmError } from '../../../model/error.js';
import type { DatasetId } from '../../../model/ids.js';
import { PagePacks } from '../../../repository/page-packs.js';
import type { Task } from '../../../worker/task.js';
import { DataRoot } from '../layout/data-root.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import type { LocalTreeId } from '../layout/local-tree.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { removeSnapshot } from './providers/tree-snapshot.js';

export interface DeleteInput {
  /** Absolute path of the data root. */
  readonly root: Uint8Array;
  readonly localTree: LocalTreeId;
  readonly id: DatasetId;
}

export interface DeleteResult {
  /** Contents that no other dataset of the tree has. */
  readonly versionsRemoved: number;
}

/** Deletes one dataset of a local tree. See `deleteDataset`. */
export const deleteTask: Task<DeleteInput, DeleteResult> = (input, io) =>
  deleteDataset(input, io.signal);

/**
 * Deletes a dataset: its record first, durably, so that it is gone at once; then its snapshot and the contents that no
 * other dataset of the tree has. What a kill leaves is done by the next deletion or capture of the tree. The
 * dataset that the live tree stands at leaves a bookmark, for the next capture builds on its catalog.
 * Error: `not_found`.
 */
export async function deleteDataset(
  input: DeleteInput,
  signal: AbortSignal,
): Promise<DeleteResult> {
  try {
    using root = DataRoot.open(input.root);
    const directory = root.treeDirectory(input.localTree);
    const tree = directory.load();
    if (tree.head === input.id) {
      const record = directory.readDataset(input.id);
      if (record !== null) directory.writeBookmark(record);
      // The next capture looks whether the store has what it takes over: part of it goes now.
      directory.save({ ...tree, previousProvider: null });
    }
    if (!directory.beginDeleting(input.id)) {
      throw new DmError(
        'not_found',
        `dataset ${input.id} is not at ${Buffer.from(tree.basePath)}; list the datasets`,
      );
    }
    return { versionsRemoved: await finishDeletions(root, directory, signal) };
  } catch (error) {
    throw asDmError(error, `deleting dataset ${input.id}`);
  }
}

/** Removes what deleted datasets still hold. Returns how many contents went. */
export async function finishDeletions(
  root: DataRoot,
  directory: TreeDirectory,
  signal: AbortSignal,
): Promise<number> {
  const pending = directory.deleting();
  if (pending.length === 0) return 0;
  await using packs = await PagePacks.open({ directory: root.pagesPath });
  const pages = new PageReader({}, { source: packs });
  let removed = 0;
  for (const record of pending) {
    removeSnapshot(root.privateFd, directory, record.id);
    removed += await removeVersions(record, directory, pages, signal);
    directory.finishDeleting(record.id);
  }
  return removed;
}

/**
 * Unlinks the contents that only `record` has. The difference with the dataset before it names the candidates; they are
 * looked up in all others, for after a rollback a content may be in datasets that are not neighbours.
 */
async function removeVersions(
  record: DatasetRecord,
  directory: TreeDirectory,
  pages: PageReader,
  signal: AbortSignal,
): Promise<number> {
  const remaining = directory.listDatasets();
  const before = remaining.filter((one) => one.committedAtMs <= record.committedAtMs).at(-1);
  const nearest = before ?? remaining[0];
  const others = remaining
    .filter((one) => one !== nearest)
    .map((one) => new Catalog(one.maps, { pages }));
  const changes = diffMaps({
    before: { root: nearest?.maps.inodes ?? null, pages },
    after: { root: record.maps.inodes, pages },
    signal,
  });
  let removed = 0;
  for await (const batch of changes) {
    for (const change of batch) {
      if (change.after === null || inodeType(change.after) !== 'file') continue;
      const version = inodeVersion(change.after);
      if (change.before !== null && inodeVersion(change.before) === version) continue;
      if (await isInAny(others, change.key, version)) continue;
      if (directory.versions.remove(decodeGfidKey(change.key), version)) removed++;
    }
  }
  return removed;
}

async function isInAny(
  catalogs: readonly Catalog[],
  key: Uint8Array,
  version: bigint,
): Promise<boolean> {
  for (const catalog of catalogs) {
    const inode = await catalog.inodes.get(key);
    if (inode !== null && inodeVersion(inode) === version) return true;
  }
  return false;
}
