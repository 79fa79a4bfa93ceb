import type { Catalog } from '../../../catalog/catalog.js';
import type { LeafEntries } from '../../../catalog/map-reader.js';
import { decodeEntryValue, type EntryValue, entriesOf } from '../../../catalog/maps/entries.js';
import type { LeafPage } from '../../../catalog/node-page.js';
import type { Gfid } from '../../../model/ids.js';

const PARENT_BYTES = 8;
const NOTHING = Buffer.alloc(0);

export interface FormerEntry extends EntryValue {
  readonly name: Uint8Array;
}

/** Steps through the entries that one directory has in a catalog, in name order, without an object for each. */
export class FormerEntries {
  readonly #leaves: AsyncIterator<LeafEntries, void>;
  readonly #key = Buffer.alloc(PARENT_BYTES);
  #leaf: LeafPage | null = null;
  #index = 0;
  #end = 0;

  private constructor(catalog: Catalog, directory: Gfid) {
    this.#leaves = catalog.entries.leaves({ prefix: entriesOf(directory) });
  }

  static async open(catalog: Catalog, directory: Gfid): Promise<FormerEntries> {
    const entries = new FormerEntries(catalog, directory);
    await entries.#fill();
    return entries;
  }

  get atEnd(): boolean {
    return this.#leaf === null;
  }

  /** Order of the entry here against `name`; not to be asked at the end. */
  compareName(name: Uint8Array): number {
    return this.#here.compareKeyRest(this.#index, PARENT_BYTES, name);
  }

  /** The gfid of the entry here as it stands in keys; overwritten by the next call. Null when the entry is none. */
  gfidKey(): Uint8Array | null {
    return this.#here.copyInlineValue(this.#index, this.#key) ? this.#key : null;
  }

  /** The entry here; views that stay valid. */
  entry(): FormerEntry {
    const name = this.#here.key(this.#index).subarray(PARENT_BYTES);
    const leaf = this.#here;
    const isWhole = leaf.spilledValue(this.#index) === undefined;
    return { name, ...decodeEntryValue(isWhole ? leaf.inlineValue(this.#index) : NOTHING) };
  }

  /** Steps on; to be awaited only when it returns a promise. */
  next(): Promise<void> | undefined {
    this.#index++;
    return this.#index < this.#end ? undefined : this.#fill();
  }

  async #fill(): Promise<void> {
    const step = await this.#leaves.next();
    const found = step.done === true ? null : step.value;
    this.#leaf = found?.leaf ?? null;
    this.#index = found?.first ?? 0;
    this.#end = found?.last ?? 0;
  }

  get #here(): LeafPage {
    if (this.#leaf === null) throw new RangeError('there is no entry left');
    return this.#leaf;
  }
}
