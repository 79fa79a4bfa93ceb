import type { Gfid } from '../../../model/ids.js';
import { hex16 } from '../../../util/hex16.js';

/** Name of a version's file in its directory: `<gfid>.<version>`, 16 lower-case hex digits each. */
export function versionFileName(gfid: Gfid, version: bigint): string {
  return `${hex16(gfid)}.${hex16(version)}`;
}

/** Name of the directory of the store that holds a file's versions: the last two hex digits of its gfid. */
export function versionShard(gfid: Gfid): string {
  return hex16(gfid).slice(14);
}

/** End of the names of files that are not whole yet. */
export const PART = '.part';
