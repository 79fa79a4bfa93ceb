import type { Catalog } from '../../../catalog/catalog.js';
import type { MapEntry } from '../../../catalog/map-types.js';
import { decodeEntryValue, type EntryValue, entriesOf } from '../../../catalog/maps/entries.js';
import type { Gfid } from '../../../model/ids.js';

const PARENT_BYTES = 8;

export interface FormerEntry extends EntryValue {
  readonly name: Uint8Array;
}

/** Steps through the entries that one directory has in a catalog, in name order. */
export class FormerEntries {
  readonly #batches: AsyncIterator<MapEntry[], void>;
  #batch: MapEntry[] = [];
  #index = 0;
  /** Null at the end. */
  current: FormerEntry | null = null;

  private constructor(catalog: Catalog, directory: Gfid) {
    this.#batches = catalog.entries.range({ prefix: entriesOf(directory) });
  }

  static async open(catalog: Catalog, directory: Gfid): Promise<FormerEntries> {
    const entries = new FormerEntries(catalog, directory);
    await entries.#fill();
    return entries;
  }

  /** Steps on; to be awaited only when it returns a promise. */
  next(): Promise<void> | undefined {
    this.#index++;
    if (this.#index < this.#batch.length) {
      this.#show();
      return undefined;
    }
    return this.#fill();
  }

  async #fill(): Promise<void> {
    const step = await this.#batches.next();
    this.#batch = step.done === true ? [] : step.value;
    this.#index = 0;
    this.#show();
  }

  #show(): void {
    const entry = this.#batch[this.#index];
    this.current =
      entry === undefined
        ? null
        : { name: entry.key.subarray(PARENT_BYTES), ...decodeEntryValue(entry.value) };
  }
}
