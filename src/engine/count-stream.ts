import { decodeGfidKey } from '../catalog/maps/gfid-key.js';
import { inodeSize, inodeType, inodeVersion } from '../catalog/maps/inodes.js';
import type { ChangeCounts } from '../endpoint/change-counts.js';
import { PayloadReader, type StructureMap } from '../endpoint/change-payload.js';
import type { ChangeBatch } from '../endpoint/change-stream.js';
import { ROOT_GFID } from '../model/ids.js';

export interface CountedStream {
  /** How many names the base and the new dataset have; null when there is no base. */
  readonly names: { readonly before: number; readonly after: number } | null;
  /** Whether content of this version may be missing in the base. */
  readonly isNew: (version: bigint) => boolean;
}

/**
 * Counts what the structure of a change stream does, without the base: the stream does not
 * say whether an inode that it sets was there, but how many names and further names come and
 * go does. Exact but for hard links: a name of a group that takes the place of another one
 * of the same group is not counted as a rename.
 */
export async function countStream(
  batches: AsyncIterable<ChangeBatch>,
  { names, isNew }: CountedStream,
): Promise<ChangeCounts> {
  const puts: Record<StructureMap, number> = { entries: 0, inodes: 0, links: 0, side: 0 };
  const deletes: Record<StructureMap, number> = { entries: 0, inodes: 0, links: 0, side: 0 };
  let bytes = 0;
  for await (const { phase, payload } of batches) {
    if (phase !== 'structure') continue;
    const reader = new PayloadReader(payload);
    let map: StructureMap = 'entries';
    for (let record = reader.next(); record !== null; record = reader.next()) {
      if (record.kind === 'map') map = record.map;
      else if (record.kind === 'delete') deletes[map]++;
      else if (record.kind === 'put') {
        if (map !== 'inodes') puts[map]++;
        // The base directory is no entry; it cannot come or go.
        else if (decodeGfidKey(record.key) !== ROOT_GFID) {
          puts.inodes++;
          bytes += newBytes(record.value, isNew);
        }
      }
    }
  }
  if (names === null) return { created: puts.inodes, changed: 0, deleted: 0, renamed: 0, bytes };
  const newNames = names.after - names.before;
  const newLinks = puts.links - deletes.links;
  const created = deletes.inodes + newNames - newLinks;
  const renamed = Math.max(0, puts.entries - created - puts.links);
  return {
    created,
    changed: Math.max(0, puts.inodes - created - renamed),
    deleted: deletes.inodes,
    renamed,
    bytes,
  };
}

function newBytes(inode: Uint8Array, isNew: (version: bigint) => boolean): number {
  if (inodeType(inode) !== 'file' || !isNew(inodeVersion(inode))) return 0;
  return Number(inodeSize(inode));
}
