import type { Catalog } from '../../../catalog/catalog.js';
import type { MapReader } from '../../../catalog/map-reader.js';
import { encodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { inodeType, inodeVersion } from '../../../catalog/maps/inodes.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import type { PackSet } from '../../../repository/pack-set.js';
import { decodeExtent, decodeExtentKey, extentsOf } from '../../../repository/segments-map.js';

/** Asked for again at once: they are named in memory, here and at the source. */
const MOST_FILES = 100_000;

export interface LostFilesModules {
  readonly base: Catalog;
  readonly baseSegments: MapReader;
  readonly next: Catalog;
  /** Data packs that are there. */
  readonly usable: PackSet;
}

/** Files that the source would not send, for they are as in the base, and parts of which lie in packs that are gone. */
export async function lostFiles(
  { base, baseSegments, next, usable }: LostFilesModules,
  signal: AbortSignal,
): Promise<Gfid[]> {
  const lost: Gfid[] = [];
  for await (const batch of baseSegments.range({}, signal)) {
    for (const { key, value } of batch) {
      const { segment } = decodeExtent(value);
      if (segment === null || usable.has(segment.pack)) continue;
      const { gfid } = decodeExtentKey(key);
      if (gfid === lost.at(-1)) continue;
      const before = await base.inodes.get(encodeGfidKey(gfid));
      const after = await next.inodes.get(encodeGfidKey(gfid));
      if (before === null || after === null || inodeType(after) !== 'file') continue;
      if (inodeVersion(before) !== inodeVersion(after)) continue;
      if (lost.length === MOST_FILES) throw tooMany();
      lost.push(gfid);
    }
  }
  return lost;
}

/** Whether all bytes that the base has of a file lie in packs that are there. */
export async function isWholeInBase(
  gfid: Gfid,
  { baseSegments, usable }: Pick<LostFilesModules, 'baseSegments' | 'usable'>,
): Promise<boolean> {
  for await (const batch of baseSegments.range({ prefix: extentsOf(gfid) })) {
    for (const { value } of batch) {
      const { segment } = decodeExtent(value);
      if (segment !== null && !usable.has(segment.pack)) return false;
    }
  }
  return true;
}

function tooMany(): DmError {
  return new DmError(
    'corrupt',
    `data packs are gone from the store, and more than ${MOST_FILES} unchanged files lie in them: repair the backup first, with \`dm object repair --account-id ACCOUNT --base-path PATH --from-account local\` or another account that has its datasets; or back up to another path`,
  );
}
