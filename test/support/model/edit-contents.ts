import { appendFileSync, truncateSync } from 'node:fs';
import { noise } from '../e2e-trees.js';
import {
  type Apply,
  atFree,
  contentOf,
  LONGEST,
  ofFile,
  sizeOf,
  temporaryIn,
} from './edit-choices.js';
import type { EditKind } from './edits.js';
import { parentOf } from './tree-model.js';

const KIB = 1_024;
const MIB = KIB * KIB;

/** Edits of what is in files. */
export const CONTENT_EDITS = {
  create: atFree((tree, path, { value }) => tree.makeFile(path, contentOf(value))),
  patch: ofFile((tree, path, content, { other, value }) => {
    const offset = other % Math.max(1, content.length);
    tree.writeAt(path, offset, contentOf(value).subarray(0, LONGEST - offset));
  }),
  append: ofFile((tree, path, content, { value }) => {
    const bytes = contentOf(value).subarray(0, Math.max(0, LONGEST - content.length));
    tree.write(path, Buffer.concat([content, bytes]), (at) => appendFileSync(at, bytes));
  }),
  truncate: ofFile((tree, path, content, { other, value }) => {
    const size = value % 2 === 0 ? other % (content.length + 1) : sizeOf(other);
    const after = Buffer.alloc(size);
    content.copy(after);
    tree.write(path, after, (at) => truncateSync(at, size));
  }),
  'write far behind the end': ofFile((tree, path, content, { other, value }) => {
    const offset = Math.min(content.length + (other % MIB), LONGEST - KIB);
    tree.writeAt(path, offset, noise(KIB, value % 100));
  }),
  'change keeping size and time': ofFile((tree, path, content, { other, value }) => {
    if (content.length === 0) return false;
    const { mtimeNs } = tree.inode(path);
    const bytes = noise(Math.min(content.length, 5_000), value);
    tree.writeAt(path, other % (content.length - bytes.length + 1), bytes);
    tree.change(path, `touch -m -d @${secondsOf(mtimeNs)} --`);
    return true;
  }),
  'write anew and rename over': ofFile((tree, path, content, { other, value }) => {
    const temporary = temporaryIn(parentOf(path));
    tree.makeFile(temporary, value % 2 === 0 ? contentOf(value) : content);
    if (value % 4 === 1) tree.writeAt(temporary, other % (content.length + 1), noise(10, other));
    tree.rename(temporary, path);
  }),
  'copy a file': ofFile((tree, path, _, edit) =>
    atFree((_tree, to) => tree.copy(path, to))(tree, edit),
  ),
} satisfies Partial<Record<EditKind, Apply>>;

function secondsOf(ns: bigint): string {
  const part = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const whole = (ns - part) / 1_000_000_000n;
  // touch takes -1.5 for a second and a half before 1970.
  if (whole >= 0n || part === 0n) return `${whole}.${part.toString().padStart(9, '0')}`;
  const behind = 1_000_000_000n - part;
  return `-${-(whole + 1n)}.${behind.toString().padStart(9, '0')}`;
}
