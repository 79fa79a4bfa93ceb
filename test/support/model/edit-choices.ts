import { noise } from '../e2e-trees.js';
import type { EditedTree } from './edited-tree.js';
import type { Edit } from './edits.js';
import { childOf, type ModelInode } from './tree-model.js';

const KIB = 1_024;
/** Around blocks, leaves and stripes. */
const SIZES: readonly number[] = [
  ...[0, 1, 100, 4 * KIB - 1, 4 * KIB, 4 * KIB + 1, 9_000, 40_000],
  ...[64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 100_000, 200_000, 300_000],
];
/** So few that equal content comes again. */
const CONTENTS = 40;
/** No write makes a file longer. */
export const LONGEST = 3 * KIB * KIB;

/**
 * Makes the change on disk and in the model; false when the tree has
 * nothing that it could be made to.
 */
export type Apply = (tree: EditedTree, edit: Edit) => boolean;
type WillDo = (inode: ModelInode, path: string) => boolean;

export const isAny: WillDo = () => true;
export const isNamed: WillDo = (_, path) => path !== '';
export const isLeaf: WillDo = ({ kind }) => kind !== 'directory';
export const isDirectory: WillDo = ({ kind }) => kind === 'directory';
export const isSubdirectory: WillDo = ({ kind }, path) => kind === 'directory' && path !== '';
export const isFileOrDirectory: WillDo = ({ kind }) => kind === 'file' || kind === 'directory';
export const isNoSymlink: WillDo = ({ kind }) => kind !== 'symlink';
const isFile: WillDo = ({ kind }) => kind === 'file';

export function sizeOf(value: number): number {
  return SIZES[value % SIZES.length] ?? 0;
}

export function contentOf(value: number): Buffer {
  return noise(sizeOf(value), Math.floor(value / SIZES.length) % CONTENTS);
}

/** An edit of one entry: the subject, chosen among those that will do. */
export function ofSubject(
  willDo: WillDo,
  apply: (tree: EditedTree, path: string, edit: Edit) => unknown,
): Apply {
  return (tree, edit) => {
    const path = tree.pick(edit.subject, willDo);
    return path !== null && apply(tree, path, edit) !== false;
  };
}

export function ofFile(
  apply: (tree: EditedTree, path: string, content: Buffer, edit: Edit) => unknown,
): Apply {
  return ofSubject(isFile, (tree, path, edit) => apply(tree, path, tree.inode(path).content, edit));
}

/** An edit that makes something where nothing is. */
export function atFree(apply: (tree: EditedTree, path: string, edit: Edit) => unknown): Apply {
  return (tree, edit) => {
    const path = tree.place(edit.other);
    return path !== null && !tree.has(path) && apply(tree, path, edit) !== false;
  };
}

/** A name in that directory that is given to nothing else. */
export function temporaryIn(directory: string): string {
  return childOf(directory, '.temporary');
}
