import { mkdirSync, rmSync } from 'node:fs';
import type { DatasetId } from '../../../model/ids.js';
import type { LocalTree } from '../layout/local-tree.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { removeSnapshot } from './providers/tree-snapshot.js';

/** Content version that a dataset gives to what it captures: the first 64 bits of its id. */
export function contentVersionOf(id: DatasetId): bigint {
  return BigInt(`0x${id.slice(0, 16)}`);
}

/** Empties the tree's directory for temporary files, and makes it when it is missing. */
export function prepareScratch(directory: TreeDirectory): void {
  rmSync(directory.scratchPath, { recursive: true, force: true });
  mkdirSync(directory.scratchPath, { mode: 0o700 });
}

/**
 * Removes what an interrupted capture left: contents and snapshot of a dataset that never got a record. Returns the tree
 * as it is recorded afterwards.
 */
export function removeLeftovers(
  directory: TreeDirectory,
  tree: LocalTree,
  privateFd: number,
): LocalTree {
  const id = tree.capturing;
  if (id === null) return tree;
  if (directory.readDataset(id) === null) {
    directory.versions.removeLeftovers(contentVersionOf(id));
    removeSnapshot(privateFd, directory, id);
  }
  const settled = { ...tree, capturing: null };
  directory.save(settled);
  return settled;
}
