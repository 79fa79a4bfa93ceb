import { contentOf } from '../../../catalog/maps/content.js';
import type { PackId } from '../../../catalog/page-store.js';
import { DmError } from '../../../model/error.js';
import { decodeExtent, decodeExtentKey, extentsOf } from '../../../repository/segments-map.js';
import { LEAF_BYTES } from '../../change-payload.js';
import type { StoredFile } from '../read/file-content.js';

/** Bytes that packs have which do not hold all that datasets name in them: 0 for one that is missing. */
export type ShortPacks = ReadonlyMap<PackId, number>;

/**
 * Checks, without reading its bytes, that a file is all there: extents without gaps, in packs that hold them, and a digest
 * for each leaf. Throws `corrupt`.
 */
export async function checkFile(
  { maps, gfid, size }: StoredFile,
  short: ShortPacks,
  signal: AbortSignal,
): Promise<void> {
  let at = 0n;
  let isPlain = false;
  for await (const batch of maps.segments.range({ prefix: extentsOf(gfid) }, signal)) {
    for (const { key, value } of batch) {
      const { offset } = decodeExtentKey(key);
      const extent = decodeExtent(value);
      if (offset !== at) throw damaged(`nothing says where byte ${at} is`);
      at += extent.length;
      if (extent.segment === null) {
        isPlain ||= extent.isPlain === true;
        continue;
      }
      const { pack, offset: start, length } = extent.segment;
      const bytes = short.get(pack);
      if (bytes === undefined || start + length <= bytes) continue;
      throw damaged(
        bytes === 0
          ? `data pack ${pack} is not in the store`
          : `data pack ${pack} was cut to ${bytes} bytes`,
      );
    }
  }
  if (isPlain) await maps.plain.check(maps.catalog, gfid, size);
  if (at !== BigInt(size)) throw damaged(`${at} of ${size} bytes are stored`);
  let leaves = 0;
  for await (const batch of maps.catalog.content.range({ prefix: contentOf(gfid) }, signal)) {
    leaves += batch.length;
  }
  const wanted = Math.ceil(size / LEAF_BYTES);
  if (leaves !== wanted) throw damaged(`${leaves} of ${wanted} digests are stored`);
}

function damaged(what: string): DmError {
  return new DmError('corrupt', `${what}; see \`dm object repair\``);
}
