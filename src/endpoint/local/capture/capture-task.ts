import { randomBytes } from 'node:crypto';
import { PageReader } from '../../../catalog/page-reader.js';
import { asDmError, DmError } from '../../../model/error.js';
import { parseTreeId } from '../../../model/ids.js';
import { PagePacks } from '../../../repository/page-packs.js';
import type { Task } from '../../../worker/task.js';
import { DataRoot } from '../layout/data-root.js';
import { type LocalTree, NO_HISTORY, sameBase } from '../layout/local-tree.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { close } from '../sys/open.js';
import type { CaptureInput, CaptureProgress, CaptureResult } from './capture-input.js';
import { CaptureRun } from './capture-run.js';
import { finishDeletions } from './delete-task.js';
import { prepareScratch, removeLeftovers } from './leftovers.js';
import { type OpenBase, openBase } from './open-base.js';
import type { EntryLook } from './scan-types.js';

/** Captures a live tree as a dataset. See `captureDataset`. */
export const captureTask: Task<CaptureInput, CaptureResult, CaptureProgress> = (input, io) =>
  captureDataset(input, (progress) => io.emit(progress), io.signal);

/**
 * Makes a dataset of the tree at a base path: what has changed since the last one is captured, the rest is shared. It exists
 * from the moment its record is written, after everything it names is durable; a kill before leaves the tree as it
 * was, and the next run removes what it left. One capture of a tree at a time.
 *
 * Errors: `path_outside_roots`, `source_missing`, `source_suspicious`, `no_space`, `in_use` (a receive is being
 * finished), `partial` (when that is not allowed), `corrupt`.
 */
export async function captureDataset(
  input: CaptureInput,
  onProgress: (progress: CaptureProgress) => Promise<void>,
  signal: AbortSignal,
  look?: EntryLook,
): Promise<CaptureResult> {
  const shown = Buffer.from(input.basePath).toString();
  try {
    using root = DataRoot.open(input.root);
    const base = openBase(root, input.basePath);
    try {
      return await captureBelow(root, base, input, { onProgress, signal, look });
    } finally {
      close(base.fd);
    }
  } catch (error) {
    throw asDmError(error, `capturing ${shown}`);
  }
}

interface CaptureCallbacks {
  readonly onProgress: (progress: CaptureProgress) => Promise<void>;
  readonly signal: AbortSignal;
  readonly look: EntryLook | undefined;
}

async function captureBelow(
  root: DataRoot,
  base: OpenBase,
  input: CaptureInput,
  callbacks: CaptureCallbacks,
): Promise<CaptureResult> {
  const found = treeAt(root, input) ?? createOrigin(root, input);
  const { directory } = found;
  let tree = removeLeftovers(directory, found.tree, root.privateFd);
  if (tree.flip !== null) {
    throw new DmError(
      'in_use',
      `${shownPath(input)} is being received into; wait until that receive has finished`,
    );
  }
  if (tree.base !== null && !sameBase(tree.base, base.identity) && !input.acceptSource) {
    throw new DmError(
      'source_suspicious',
      `${shownPath(input)} is on another device than last time; check that the right file system is mounted`,
    );
  }
  await finishDeletions(root, directory, callbacks.signal);
  prepareScratch(directory);
  tree = { ...tree, capturing: input.id };
  directory.save(tree);
  const packs = await PagePacks.open({ directory: root.pagesPath });
  try {
    const pages = new PageReader({}, { source: packs });
    const run = new CaptureRun(
      { input, tree, base, ...callbacks },
      { root, directory, packs, pages },
    );
    const result = await run.run();
    await packs.close();
    return result;
  } catch (error) {
    // From its record on the dataset needs its pages, whatever failed behind that.
    if (directory.readDataset(input.id) !== null) await packs.close();
    else {
      await packs.discard();
      removeLeftovers(directory, tree, root.privateFd);
    }
    throw error;
  }
}

/** The tree recorded for the base path. */
function treeAt(
  root: DataRoot,
  { basePath }: CaptureInput,
): { directory: TreeDirectory; tree: LocalTree } | null {
  return root.trees().find(({ tree }) => Buffer.from(tree.basePath).equals(basePath)) ?? null;
}

function createOrigin(
  root: DataRoot,
  { basePath }: CaptureInput,
): { directory: TreeDirectory; tree: LocalTree } {
  return root.createTree({
    tree: parseTreeId(randomBytes(16).toString('hex')),
    basePath,
    role: 'origin',
    owner: '',
    released: false,
    ...NO_HISTORY,
  });
}

function shownPath({ basePath }: CaptureInput): string {
  return Buffer.from(basePath).toString();
}
