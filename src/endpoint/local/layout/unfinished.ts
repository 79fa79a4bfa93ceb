import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { DmError } from '../../../model/error.js';
import type { DataRoot } from './data-root.js';
import { parseLocalTreeId } from './local-tree.js';
import { NEXT_FILE, TREE_FILE, TreeDirectory } from './tree-directory.js';
import { removeEndedTrees } from './tree-list.js';

/** Begins the names of files that prove that staging and a target are on one file system. */
export const PROOF_PREFIX = '.dm-proof-';
const TREE = /^[0-9a-f]{16}$/;
const TEMPORARY = /^\..+\.new$/;
const RECORD_FOLDERS = ['datasets', 'bookmarks', 'deleting'];

/**
 * Removes what a kill left of changes that came to nothing: trees that were taken away or had no
 * record yet, records that had not got their name, proofs of staging. Ends commits that were
 * between their records. To be called when the root is locked and before anything is served.
 */
export function removeUnfinished(root: DataRoot): void {
  removeEndedTrees(root.treesPath);
  removeMatching(root.privatePath(), (name) => name.startsWith(PROOF_PREFIX) || isTemporary(name));
  for (const id of readdirSync(root.treesPath)) {
    if (!TREE.test(id)) continue;
    const tree = `${root.treesPath}/${id}`;
    removeMatching(tree, isTemporary);
    for (const folder of RECORD_FOLDERS) {
      if (existsSync(`${tree}/${folder}`)) removeMatching(`${tree}/${folder}`, isTemporary);
    }
    if (!existsSync(`${tree}/${TREE_FILE}`)) removeEmpty(tree);
    else if (existsSync(`${tree}/${NEXT_FILE}`)) finishCommit(root.treesPath, id);
  }
}

function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

function removeMatching(directory: string, isMeant: (name: string) => boolean): void {
  for (const name of readdirSync(directory)) {
    if (isMeant(name)) rmSync(`${directory}/${name}`, { force: true });
  }
}

/**
 * A commit that stopped between its two records counts, or does not: its tree's
 * own record says so from now on. With a damaged record nobody can tell; both
 * stay, and whoever reads the tree is told of it.
 */
function finishCommit(treesPath: string, id: string): void {
  const directory = new TreeDirectory(treesPath, parseLocalTreeId(id));
  try {
    directory.save(directory.load());
  } catch (error) {
    if (!(error instanceof DmError) || error.code !== 'corrupt') throw error;
  }
}

/** A tree whose record was lost in another way holds something, and stays. */
function removeEmpty(tree: string): void {
  const parts = readdirSync(tree);
  if (parts.some((part) => readdirSync(`${tree}/${part}`).length > 0)) return;
  for (const part of parts) rmdirSync(`${tree}/${part}`);
  rmdirSync(tree);
}
