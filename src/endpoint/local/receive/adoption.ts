import { existsSync, readFileSync } from 'node:fs';
import { writeDurably } from '../../../util/durable-file.js';
import { type LocalTree, parseLocalTree, serialiseLocalTree } from '../layout/local-tree.js';
import type { TreeDirectory } from '../layout/tree-directory.js';

/** Says that the session adopts what lies at the target. */
const WANTED_FILE = 'adopt';
/** The tree as it was adopted: it stands in for the tree's own record until the flip begins. */
const ADOPTED_FILE = 'adopted.json';

export function wantAdoption(directory: TreeDirectory, session: string): void {
  writeDurably(pathOf(directory, session), WANTED_FILE, '');
}

export function isAdoption(directory: TreeDirectory, session: string): boolean {
  return existsSync(`${pathOf(directory, session)}/${WANTED_FILE}`);
}

export function saveAdopted(directory: TreeDirectory, session: string, tree: LocalTree): void {
  writeDurably(pathOf(directory, session), ADOPTED_FILE, serialiseLocalTree(tree));
}

/** Null when nothing has been adopted (yet). */
export function loadAdopted(directory: TreeDirectory, session: string): LocalTree | null {
  const path = `${pathOf(directory, session)}/${ADOPTED_FILE}`;
  if (!existsSync(path)) return null;
  return parseLocalTree(readFileSync(path, 'utf8'), `record ${path}`);
}

function pathOf(directory: TreeDirectory, session: string): string {
  return `${directory.stagingPath}/${session}`;
}
