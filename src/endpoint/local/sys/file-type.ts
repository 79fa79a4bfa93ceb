import type { FileType } from '../../../model/inode.js';

const TYPES: readonly (FileType | null)[] = [
  null,
  'fifo',
  'char',
  null,
  'dir',
  null,
  'block',
  null,
  'file',
  null,
  'symlink',
  null,
  'socket',
];

/**
 * The type for a DT_* code of a directory entry or for `mode >> 12`, which are the same; else null.
 */
export function fileTypeOf(code: number): FileType | null {
  return TYPES[code] ?? null;
}
