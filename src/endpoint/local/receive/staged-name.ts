import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';
import type { MaybePromise } from '../../../util/maybe-promise.js';
import type { DirectoryFinder } from '../layout/directory-finder.js';
import { gfidName } from '../layout/gfid-name.js';
import type { FlipTrees } from './receive-places.js';

/** A name in a directory of staging. */
export interface StagedName {
  readonly dirFd: number;
  readonly name: Uint8Array;
}

/**
 * Says where something new is staged: at its final name when its directory is new too, so that a whole new
 * tree is moved into place at once, else under its gfid.
 */
export class FilePlacer {
  readonly #trees: FlipTrees;
  readonly #directories: DirectoryFinder;
  /** The last answer: files come directory by directory. */
  #lastParent: Gfid | null = null;
  #lastIsNew = false;

  constructor(trees: FlipTrees, directories: DirectoryFinder) {
    this.#trees = trees;
    this.#directories = directories;
  }

  /** The descriptor is good until two further places were asked for. */
  place(gfid: Gfid, inode: Inode): MaybePromise<StagedName> {
    if (inode.parent !== this.#lastParent) return this.#placeBelow(gfid, inode);
    if (!this.#lastIsNew) return { dirFd: this.#trees.staging.stageFd, name: gfidName(gfid) };
    const fd = this.#directories.find(inode.parent);
    return fd instanceof Promise ? fd.then((late) => within(late, inode)) : within(fd, inode);
  }

  /** True when the directory is not in the current tree. */
  async isNewDirectory(gfid: Gfid): Promise<boolean> {
    if (gfid === this.#lastParent) return this.#lastIsNew;
    this.#lastIsNew = (await this.#trees.current.encodedInode(gfid)) === null;
    this.#lastParent = gfid;
    return this.#lastIsNew;
  }

  async #placeBelow(gfid: Gfid, inode: Inode): Promise<StagedName> {
    if (!(await this.isNewDirectory(inode.parent))) {
      return { dirFd: this.#trees.staging.stageFd, name: gfidName(gfid) };
    }
    return within(await this.#directories.find(inode.parent), inode);
  }
}

function within(dirFd: number | null, { name }: Inode): StagedName {
  if (dirFd === null) {
    throw new DmError('io_error', 'a staged directory is gone; abort the copy and start it anew');
  }
  return { dirFd, name };
}
