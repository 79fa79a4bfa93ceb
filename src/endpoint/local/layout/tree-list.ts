import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from '../../../util/durable-file.js';
import { type LocalTree, parseLocalTreeId } from './local-tree.js';
import { TREE_FILE, TreeDirectory } from './tree-directory.js';
import type { TreeRecordCache } from './tree-record-cache.js';

/** How the directories of trees begin that were taken away. */
const ENDED = 'ended-';

/** Makes the directory of a new tree, durably, and writes its first record. */
export function createTree(
  treesPath: string,
  first: Omit<LocalTree, 'localTree'>,
): { directory: TreeDirectory; tree: LocalTree } {
  const id = parseLocalTreeId(randomBytes(8).toString('hex'));
  const directory = new TreeDirectory(treesPath, id);
  mkdirSync(directory.path, { mode: 0o700 });
  const subdirectories = [
    directory.datasetsPath,
    directory.bookmarksPath,
    directory.versions.path,
    directory.snapshotsPath,
    directory.stagingPath,
  ];
  for (const path of subdirectories) mkdirSync(path, { mode: 0o700 });
  const tree = { ...first, localTree: id };
  directory.save(tree);
  syncDirectory(treesPath);
  return { directory, tree };
}

/**
 * Takes a tree away, at once and durably: what a kill leaves of it is no
 * tree, and `removeEndedTrees` removes it.
 */
export function removeTree({ path, id }: TreeDirectory): void {
  const treesPath = dirname(path);
  const ended = `${treesPath}/${ENDED}${id}`;
  renameSync(path, ended);
  syncDirectory(treesPath);
  rmSync(ended, { recursive: true, force: true });
}

/** Removes what is left of trees that were taken away. */
export function removeEndedTrees(treesPath: string): void {
  for (const name of readdirSync(treesPath)) {
    if (name.startsWith(ENDED)) rmSync(`${treesPath}/${name}`, { recursive: true, force: true });
  }
}

/**
 * Every tree of a root that has a record; a directory without one was
 * being made when the host stopped.
 */
export function recordedTrees(treesPath: string): TreeDirectory[] {
  return readdirSync(treesPath)
    .filter((name) => /^[0-9a-f]{16}$/.test(name))
    .sort()
    .map((name) => new TreeDirectory(treesPath, parseLocalTreeId(name)))
    .filter(
      ({ path }) => statSync(`${path}/${TREE_FILE}`, { throwIfNoEntry: false }) !== undefined,
    );
}

/**
 * The trees with their records. Throws `corrupt` when one is damaged:
 * what it describes is not known then.
 */
export function listTrees(
  treesPath: string,
  records: TreeRecordCache,
): { directory: TreeDirectory; tree: LocalTree }[] {
  const directories = recordedTrees(treesPath);
  records.retain(directories);
  return directories.map((directory) => ({ directory, tree: records.load(directory) }));
}
