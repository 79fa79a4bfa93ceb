import type { Gfid } from '../../../model/ids.js';

/** A directory that a walk has met and may enter. */
export interface Subdirectory {
  readonly name: Buffer;
  readonly gfid: Gfid;
  readonly isNew: boolean;
  /** Its inode number; null when it was not looked at, in a snapshot that nobody changes. */
  readonly ino: bigint | null;
  /** Which read of its parent saw it. */
  readonly seenIn: number;
}
