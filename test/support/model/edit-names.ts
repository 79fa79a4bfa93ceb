import {
  type Apply,
  atFree,
  contentOf,
  isLeaf,
  isNamed,
  isSubdirectory,
  ofSubject,
  temporaryIn,
} from './edit-choices.js';
import type { EditKind } from './edits.js';
import { childOf, isWithin } from './tree-model.js';

/** To another name, over what is there as rename(2) allows it. */
const move: Parameters<typeof ofSubject>[1] = (tree, path, { other }) => {
  const to = tree.place(other);
  if (to === null || isWithin(to, path) || isWithin(path, to)) return false;
  if (tree.has(to)) {
    const isOver = tree.inode(to).kind === 'directory';
    if (isOver !== (tree.inode(path).kind === 'directory')) return false;
    if (isOver && [...tree.state.keys()].some((one) => one !== to && isWithin(one, to)))
      return false;
  }
  tree.rename(path, to);
  return true;
};

/** Edits of what is where. */
export const NAME_EDITS = {
  rename: ofSubject(isLeaf, move),
  'rename directory': ofSubject(isSubdirectory, move),
  'exchange names': ofSubject(isNamed, (tree, one, { other }) => {
    const two = tree.pick(other, isNamed);
    if (two === null || isWithin(one, two) || isWithin(two, one)) return false;
    const temporary = temporaryIn('');
    tree.rename(one, temporary);
    tree.rename(two, one);
    tree.rename(temporary, two);
    return true;
  }),
  link: ofSubject(isLeaf, (tree, path, edit) => atFree((_, to) => tree.link(path, to))(tree, edit)),
  unlink: ofSubject(isLeaf, (tree, path) => tree.remove(path)),
  mkdir: atFree((tree, path) => tree.makeDirectory(path)),
  'remove directory': ofSubject(isSubdirectory, (tree, path) => tree.remove(path)),
  symlink: atFree((tree, path, { subject, value }) => {
    const target = tree.pick(subject, isNamed) ?? 'nowhere';
    tree.makeSymlink(path, value % 3 === 0 ? `/absolute/\xff${value}` : target);
  }),
  'make special file': atFree((tree, path, { value }) => {
    const minor = value % 300;
    if (value % 3 === 0) tree.makeSpecial(path, 'fifo', 'mkfifo --');
    else if (value % 3 === 1) tree.makeSpecial(path, 'char', 'mknod --', `c 4 ${minor}`);
    else tree.makeSpecial(path, 'block', 'mknod --', `b 300 ${minor}`);
  }),
  'replace by directory': ofSubject(isLeaf, (tree, path, { value }) => {
    tree.remove(path);
    tree.makeDirectory(path);
    if (value % 2 === 0) tree.makeFile(childOf(path, 'inside'), contentOf(value));
  }),
  'replace directory by file': ofSubject(isSubdirectory, (tree, path, { value }) => {
    tree.remove(path);
    tree.makeFile(path, contentOf(value));
  }),
} satisfies Partial<Record<EditKind, Apply>>;
