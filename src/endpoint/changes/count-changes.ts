import type { CatalogRoots } from '../../catalog/catalog-roots.js';
import { diffMaps } from '../../catalog/diff-maps.js';
import type { MapChange } from '../../catalog/map-types.js';
import { decodeGfidKey } from '../../catalog/maps/gfid-key.js';
import { decodeInode, inodeSize, inodeType, inodeVersion } from '../../catalog/maps/inodes.js';
import type { PageReader } from '../../catalog/page-reader.js';
import { ROOT_GFID } from '../../model/ids.js';
import { equalBytes } from '../../util/bytes.js';
import type { ChangeCounts } from '../change-counts.js';

/**
 * Counts what differs between two catalogs that are at hand; pages that both share are not read.
 */
export async function countChanges(
  trees: { readonly before: CatalogRoots; readonly after: CatalogRoots },
  pages: PageReader,
  signal: AbortSignal,
): Promise<ChangeCounts> {
  const counts = { created: 0, changed: 0, deleted: 0, renamed: 0, bytes: 0 };
  const before = { pages, root: trees.before.inodes };
  const after = { pages, root: trees.after.inodes };
  for await (const changes of diffMaps({ before, after, signal })) {
    for (const change of changes) {
      // The base directory is no entry.
      if (decodeGfidKey(change.key) === ROOT_GFID) continue;
      counts[kindOf(change)]++;
      counts.bytes += newBytes(change);
    }
  }
  return counts;
}

function kindOf({ before, after }: MapChange): 'created' | 'changed' | 'deleted' | 'renamed' {
  if (after === null) return 'deleted';
  if (before === null) return 'created';
  return isMoved(before, after) ? 'renamed' : 'changed';
}

/** Whether an inode's first name is another one. */
export function isMoved(before: Uint8Array, after: Uint8Array): boolean {
  const was = decodeInode(before);
  const is = decodeInode(after);
  return was.parent !== is.parent || !equalBytes(was.name, is.name);
}

function newBytes({ before, after }: MapChange): number {
  if (after === null || inodeType(after) !== 'file') return 0;
  if (before !== null && inodeVersion(before) === inodeVersion(after)) return 0;
  return Number(inodeSize(after));
}
