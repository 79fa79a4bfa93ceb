import type { Catalog } from '../../../../catalog/catalog.js';
import { decodeContentValue, encodeContentKey } from '../../../../catalog/maps/content.js';
import type { Gfid } from '../../../../model/ids.js';
import { equalBytes } from '../../../../util/bytes.js';
import type { FileStat } from '../../sys/stat.js';
import { readLeaves } from '../../verify/read-leaves.js';

/**
 * Whether an open file has the bytes and the holes that the catalog has digests of. False also when it has not all
 * of them, or the file has another version there.
 */
export async function hasKnownContent(
  fd: number,
  stat: FileStat,
  { gfid, version }: { readonly gfid: Gfid; readonly version: bigint },
  catalog: Catalog,
  signal: AbortSignal,
): Promise<boolean> {
  const inode = await catalog.inode(gfid);
  if (inode?.version !== version || inode.size !== stat.size) return false;
  if ((await catalog.exception(gfid)) !== null) return false;
  for (const leaf of readLeaves(fd, stat.size, signal)) {
    const value = await catalog.content.get(encodeContentKey(gfid, leaf.number));
    if (value === null) return false;
    const known = decodeContentValue(value);
    const isSame = known === null ? leaf.asHole : !leaf.asHole && equalBytes(known, leaf.digest());
    if (!isSame) return false;
  }
  return true;
}
