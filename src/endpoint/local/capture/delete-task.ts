import { PageReader } from '../../../catalog/page-reader.js';
import { PRE_REPAIR } from '../../../model/dataset.js';
import { asDmError, DmError } from '../../../model/error.js';
import type { DatasetId } from '../../../model/ids.js';
import { PagePacks } from '../../../repository/page-packs.js';
import type { Task } from '../../../worker/task.js';
import { DataRoot } from '../layout/data-root.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import type { LocalTreeId } from '../layout/local-tree.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { sessionsOf } from '../receive/staging-area.js';
import { LostContents } from './lost-contents.js';
import { removeSnapshot } from './providers/tree-snapshot.js';

export interface DeleteInput {
  /** Absolute path of the data root. */
  readonly root: Uint8Array;
  readonly localTree: LocalTreeId;
  /** Null: what deletions that were interrupted have left, and nothing else. */
  readonly id: DatasetId | null;
}

export interface DeleteResult {
  /** Contents that no other dataset of the tree has. */
  readonly versionsRemoved: number;
  /** Storage that they alone took. */
  readonly freedBytes: number;
}

export interface DeleteModules {
  /** Called before each single change of the disk; a test stops there for good to see that it is finished later. */
  step(name: string): void;
}

const NO_STEPS: DeleteModules = { step: () => undefined };
const NOTHING: DeleteResult = { versionsRemoved: 0, freedBytes: 0 };

/** Deletes one dataset of a local tree. See `deleteDataset`. */
export const deleteTask: Task<DeleteInput, DeleteResult> = (input, io) =>
  deleteDataset(input, io.signal);

/**
 * Deletes a dataset: its record first, durably, so that it is gone at once; then the contents that no other dataset of the
 * tree has, and its snapshot. What a kill leaves is done by the next deletion or capture of the tree. The
 * dataset that the live tree stands at leaves a bookmark, for the next capture builds on its catalog; so does one that may
 * have been copied, for an increment from it needs no more.
 * Errors: `not_found`, and `in_use` for the dataset that the live tree stood at when a flip began that is not finished.
 */
export async function deleteDataset(
  input: DeleteInput,
  signal: AbortSignal,
  modules: DeleteModules = NO_STEPS,
): Promise<DeleteResult> {
  try {
    using root = DataRoot.open(input.root);
    const directory = root.treeDirectory(input.localTree);
    if (input.id === null) return await finishDeletions(root, directory, signal, modules);
    const tree = directory.load();
    const isHead = tree.head === input.id;
    if (isHead && tree.flip !== null) {
      throw new DmError(
        'in_use',
        `a copy to ${Buffer.from(tree.basePath)} was interrupted while it was put in place, and takes over contents of dataset ${input.id}; run the copy again, then delete the dataset`,
      );
    }
    const record = directory.readDataset(input.id);
    if (record !== null && (isHead || mayBeABase(record))) {
      modules.step('bookmark');
      directory.writeBookmark(record);
    }
    if (isHead) {
      // The next capture looks whether the store has what it takes over: part of it goes now.
      modules.step('tree');
      directory.save({ ...tree, previousProvider: null });
    }
    modules.step('record');
    if (!directory.beginDeleting(input.id)) {
      throw new DmError(
        'not_found',
        `dataset ${input.id} is not at ${Buffer.from(tree.basePath)}; list the datasets`,
      );
    }
    directory.pruneBookmarks(tree.head);
    return await finishDeletions(root, directory, signal, modules);
  } catch (error) {
    throw asDmError(error, `deleting dataset ${input.id ?? ''}`);
  }
}

/** A copy makes the leaf digests of what it sends. */
function mayBeABase({ name, contentDigestState, bytes }: DatasetRecord): boolean {
  return name !== PRE_REPAIR && (contentDigestState !== 'none' || bytes === 0n);
}

/**
 * Removes what deleted datasets still hold; also what copies that came to nothing have left, unless another copy into the
 * tree is under way, which may have kept the same.
 */
export async function finishDeletions(
  root: DataRoot,
  directory: TreeDirectory,
  signal: AbortSignal,
  modules: DeleteModules = NO_STEPS,
): Promise<DeleteResult> {
  const isCopying = sessionsOf(directory).length > 0;
  const pending = directory.deleting().filter(({ state }) => state !== 'INPROGRESS' || !isCopying);
  if (pending.length === 0) return NOTHING;
  await using packs = await PagePacks.open({ directory: root.pagesPath });
  const pages = new PageReader({}, { source: packs });
  let versionsRemoved = 0;
  let freedBytes = 0n;
  for (const record of pending) {
    using contents = new LostContents(record, { root, directory, pages, step: modules.step });
    freedBytes += await contents.remove(signal);
    versionsRemoved += contents.removed;
    if (record.state !== 'INPROGRESS') {
      modules.step('snapshot');
      removeSnapshot(root.privateFd, directory, record.id);
    }
    modules.step('done');
    directory.finishDeleting(record.id);
  }
  return { versionsRemoved, freedBytes: Number(freedBytes) };
}
