import { DmError } from '../../model/error.js';
import type { DatasetId } from '../../model/ids.js';
import type { LocalTreeId } from './layout/local-tree.js';

/**
 * Which datasets of this place are being read, and which are being deleted: never both; and where
 * catalog pages are being written that no record names yet. One object for all roots of an agent.
 */
export class OpenDatasets {
  readonly #readers = new Map<string, number>();
  readonly #deleting = new Set<string>();
  readonly #writers = new Map<string, number>();
  #deletions = 0;

  /** Counts up with each deletion that begins. */
  get deletions(): number {
    return this.#deletions;
  }

  /**
   * Keeps new pages from being taken for leftovers until the result is
   * disposed of. `pagesPath` names the root.
   */
  writePages(pagesPath: string): Disposable {
    return counted(this.#writers, pagesPath);
  }

  /** True when every page below `pagesPath` that anybody will need is named by a record. */
  isQuiet(pagesPath: string): boolean {
    return !this.#writers.has(pagesPath);
  }

  /**
   * Keeps a dataset from being deleted until the result is disposed of.
   * `not_found` when it is going already.
   */
  hold(tree: LocalTreeId, id: DatasetId): Disposable {
    const key = keyOf(tree, id);
    if (this.#deleting.has(key)) {
      throw new DmError('not_found', `dataset ${id} is being deleted; choose another`);
    }
    return counted(this.#readers, key);
  }

  isHeld(tree: LocalTreeId, id: DatasetId): boolean {
    return this.#readers.has(keyOf(tree, id));
  }

  /**
   * Keeps a dataset from being read until the result is disposed of.
   * `in_use` while it is read or deleted.
   */
  claimForDelete(tree: LocalTreeId, id: DatasetId): Disposable {
    const key = keyOf(tree, id);
    if (this.#readers.has(key) || this.#deleting.has(key)) {
      throw new DmError(
        'in_use',
        `dataset ${id} is being read or deleted; try again when that is over`,
      );
    }
    this.#deleting.add(key);
    this.#deletions++;
    return { [Symbol.dispose]: () => void this.#deleting.delete(key) };
  }
}

function keyOf(tree: LocalTreeId, id: DatasetId): string {
  return `${tree}/${id}`;
}

/** Counts one more of `key` until the result is disposed of. */
function counted(counts: Map<string, number>, key: string): Disposable {
  counts.set(key, (counts.get(key) ?? 0) + 1);
  let held = true;
  return {
    [Symbol.dispose]: () => {
      if (!held) return;
      held = false;
      const left = (counts.get(key) ?? 1) - 1;
      if (left > 0) counts.set(key, left);
      else counts.delete(key);
    },
  };
}
