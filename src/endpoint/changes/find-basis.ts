import type { Catalog } from '../../catalog/catalog.js';
import { decodeInode } from '../../catalog/maps/inodes.js';
import type { Gfid } from '../../model/ids.js';
import type { Inode } from '../../model/inode.js';
import type { SelectedFile } from './file-selection.js';

/**
 * The file of the base that a changed one is told against: the same gfid, else the base's regular
 * file of the same name in the same directory, so that write-a-temporary-and-rename is an increment
 * too. Null when there is none, or the base lacks something of it.
 */
export async function findBasis(
  file: SelectedFile,
  inode: Inode,
  base: Catalog | null,
): Promise<{ readonly gfid: Gfid; readonly inode: Inode } | null> {
  if (base === null || file.whole || inode.size === 0n) return null;
  const found =
    file.before === null
      ? await sameName(inode, base)
      : { gfid: file.gfid, inode: decodeInode(file.before) };
  if (found === null || found.inode.size === 0n) return null;
  return (await base.exception(found.gfid)) === null ? found : null;
}

async function sameName(inode: Inode, base: Catalog): Promise<{ gfid: Gfid; inode: Inode } | null> {
  const entry = await base.lookup(inode.parent, inode.name);
  if (entry === null || entry.type !== 'file') return null;
  const found = await base.inode(entry.gfid);
  return found === null ? null : { gfid: entry.gfid, inode: found };
}
