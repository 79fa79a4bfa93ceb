import type { MapChange } from '../../catalog/map-types.js';
import { decodeGfidKey } from '../../catalog/maps/gfid-key.js';
import { inodeType, inodeVersion } from '../../catalog/maps/inodes.js';
import type { Gfid } from '../../model/ids.js';
import type { TargetStatistics } from '../target.js';
import { isMoved } from './count-changes.js';
import { DetailCounts } from './detail-counts.js';

/** Counts by kind what a new dataset brings, inode by inode. */
export class InodeCounts {
  readonly #hasContent: (gfid: Gfid) => boolean;
  readonly #details = new DetailCounts();
  #files = 0;
  #dirs = 0;
  #symlinks = 0;
  #special = 0;
  #hardlinks = 0;
  #deleted = 0;
  #moved = 0;

  /**
   * `hasContent` is asked of each file whose content is new, whether it
   * is there; others are not counted.
   */
  constructor(modules: { readonly hasContent: (gfid: Gfid) => boolean }) {
    this.#hasContent = modules.hasContent;
  }

  /** Inodes that go. */
  get deleted(): number {
    return this.#deleted;
  }

  statistics(repaired: number): TargetStatistics {
    return {
      files: this.#files,
      dirs: this.#dirs,
      symlinks: this.#symlinks,
      hardlinks: this.#hardlinks,
      special: this.#special,
      deleted: this.#deleted,
      moved: this.#moved,
      repaired,
      details: this.#details.details,
    };
  }

  /** A change of the links map. */
  link({ after }: MapChange): void {
    if (after !== null) this.#hardlinks++;
  }

  /** A change of the inodes map. */
  inode({ key, before, after }: MapChange): void {
    if (after === null) {
      this.#deleted++;
      if (before !== null) this.#details.gone(before);
      return;
    }
    const hasMoved = before !== null && isMoved(before, after);
    if (hasMoved) this.#moved++;
    const type = inodeType(after);
    if (type === 'file') {
      if (before !== null && inodeVersion(before) === inodeVersion(after)) return;
      if (!this.#hasContent(decodeGfidKey(key))) return;
      this.#files++;
      this.#details.file(before, after);
      return;
    }
    this.#details.other(before, after, hasMoved);
    if (before === null) {
      if (type === 'dir') this.#dirs++;
      else if (type === 'symlink') this.#symlinks++;
      else this.#special++;
    }
  }
}
