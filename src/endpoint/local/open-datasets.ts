import { DmError } from '../../model/error.js';
import type { DatasetId } from '../../model/ids.js';
import type { LocalTreeId } from './layout/local-tree.js';

/**
 * Which datasets of this place are being read, and which are being deleted: never both. One object for all
 * roots of an agent.
 */
export class OpenDatasets {
  readonly #readers = new Map<string, number>();
  readonly #deleting = new Set<string>();

  /** Keeps a dataset from being deleted until the result is disposed of. `not_found` when it is going already. */
  hold(tree: LocalTreeId, id: DatasetId): Disposable {
    const key = keyOf(tree, id);
    if (this.#deleting.has(key)) {
      throw new DmError('not_found', `dataset ${id} is being deleted; choose another`);
    }
    this.#readers.set(key, (this.#readers.get(key) ?? 0) + 1);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        const left = (this.#readers.get(key) ?? 1) - 1;
        if (left > 0) this.#readers.set(key, left);
        else this.#readers.delete(key);
      },
    };
  }

  isHeld(tree: LocalTreeId, id: DatasetId): boolean {
    return this.#readers.has(keyOf(tree, id));
  }

  /** Keeps a dataset from being read until the result is disposed of. `in_use` while it is read or deleted. */
  claimForDelete(tree: LocalTreeId, id: DatasetId): Disposable {
    const key = keyOf(tree, id);
    if (this.#readers.has(key) || this.#deleting.has(key)) {
      throw new DmError(
        'in_use',
        `dataset ${id} is being read or deleted; try again when that is over`,
      );
    }
    this.#deleting.add(key);
    return { [Symbol.dispose]: () => void this.#deleting.delete(key) };
  }
}

function keyOf(tree: LocalTreeId, id: DatasetId): string {
  return `${tree}/${id}`;
}
