import type { Catalog } from '../../catalog/catalog.js';
import { encodeEntryKey } from '../../catalog/maps/entries.js';
import type { Gfid } from '../../model/ids.js';
import type { Inode } from '../../model/inode.js';
import { equalBytes } from '../../util/bytes.js';

/** True when (parent, name) is the inode's first name. */
export function isFirstName(inode: Inode, parent: Gfid, name: Uint8Array): boolean {
  return inode.parent === parent && equalBytes(inode.name, name);
}

/** Whether the catalog has this very entry. */
export async function hasEntry(
  catalog: Catalog,
  parent: Gfid,
  name: Uint8Array,
  gfid: Gfid,
): Promise<boolean> {
  const value = await catalog.entries.get(encodeEntryKey(parent, name));
  return value !== null && Buffer.from(value.buffer, value.byteOffset).readBigUInt64BE(0) === gfid;
}
