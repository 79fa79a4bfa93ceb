import type { Catalog } from '../../../catalog/catalog.js';
import type { Gfid } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';

/** Opens the contents of one dataset of this place. */
export interface VersionReader {
  readonly catalog: Catalog;
  /**
   * A descriptor of the file's content as the dataset has it; the caller closes it. DmError
   * `unreadable`, `source_changing` or `not_found` when the content is not here (any more).
   */
  open(gfid: Gfid, inode: Inode): Promise<number>;
  /**
   * Whether what `fd` gave is the content asked for: a live file may have been
   * written to. Asked after the last read.
   */
  unchanged(gfid: Gfid, inode: Inode, fd: number): Promise<boolean>;
  /** Whether `fd`, which `open` gave, is a file that others use; else it is this place's own. */
  isLive(fd: number): boolean;
}
