import type { Gfid } from '../../../model/ids.js';

/** A directory that a walk has met and may enter. */
export interface Subdirectory {
  readonly name: Buffer;
  readonly gfid: Gfid;
  readonly isNew: boolean;
}
