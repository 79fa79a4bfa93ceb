import { corruptPage, DIGEST_BYTES } from './page-format.js';
import type { PageLocator, PageRef } from './page-store.js';

/** A value kept in a page of its own. */
export interface SpilledValue {
  readonly ref: PageRef;
  /** Bytes of the value. */
  readonly length: number;
}

/**
 * Offsets kept for each item of a page: where it starts, its key
 * starts, its key ends, its value starts.
 */
export const STRIDE = 4;
const KEY_START = 1;
const KEY_END = 2;
const VALUE_START = 3;

/** Where the items of a page lie in its body: STRIDE numbers for each, then the end of the last. */
export type ItemOffsets = Uint32Array;

/** Keys of one parsed page, strictly ascending; shared by leaves and internal pages. */
abstract class KeyedPage {
  readonly count: number;
  readonly frameBytes: number;
  protected readonly body: Buffer;
  protected readonly offsets: ItemOffsets;

  constructor(parts: { body: Buffer; offsets: ItemOffsets; frameBytes: number }) {
    this.count = (parts.offsets.length - 1) / STRIDE;
    this.body = parts.body;
    this.offsets = parts.offsets;
    this.frameBytes = parts.frameBytes;
  }

  key(index: number): Buffer {
    return this.body.subarray(
      this.offsets[index * STRIDE + KEY_START],
      this.offsets[index * STRIDE + KEY_END],
    );
  }

  /** Order of what follows the first `skip` bytes of the key at `index` against `rest`. */
  compareKeyRest(index: number, skip: number, rest: Uint8Array): number {
    const start = (this.offsets[index * STRIDE + KEY_START] as number) + skip;
    const length = (this.offsets[index * STRIDE + KEY_END] as number) - start;
    const common = Math.min(length, rest.length);
    for (let i = 0; i < common; i++) {
      const difference = (this.body[start + i] as number) - (rest[i] as number);
      if (difference !== 0) return difference;
    }
    return length - rest.length;
  }

  get lastKey(): Buffer {
    return this.key(this.count - 1);
  }

  /** Order of the key at `index` against `key`: negative when it is smaller. */
  compareKey(index: number, key: Uint8Array): number {
    const start = this.offsets[index * STRIDE + KEY_START] as number;
    const length = (this.offsets[index * STRIDE + KEY_END] as number) - start;
    const common = Math.min(length, key.length);
    for (let i = 0; i < common; i++) {
      const difference = (this.body[start + i] as number) - (key[i] as number);
      if (difference !== 0) return difference;
    }
    return length - key.length;
  }

  /** Index of the first key that is not below `key`; `count` when all are. */
  search(key: Uint8Array): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compareKey(middle, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A page of entries. */
export class LeafPage extends KeyedPage {
  readonly level = 0;
  readonly #spilled: ReadonlyMap<number, SpilledValue>;

  constructor(parts: {
    body: Buffer;
    offsets: ItemOffsets;
    frameBytes: number;
    spilled: ReadonlyMap<number, SpilledValue>;
  }) {
    super(parts);
    this.#spilled = parts.spilled;
  }

  get entries(): number {
    return this.count;
  }

  /** The value at `index`; only for one that is not spilled. */
  inlineValue(index: number): Buffer {
    return this.body.subarray(
      this.offsets[index * STRIDE + VALUE_START],
      this.offsets[(index + 1) * STRIDE],
    );
  }

  /** Copies the first bytes of an inline value, as many as fit `into`; false when it is shorter. */
  copyInlineValue(index: number, into: Uint8Array): boolean {
    const start = this.offsets[index * STRIDE + VALUE_START] as number;
    const length = (this.offsets[(index + 1) * STRIDE] as number) - start;
    if (length < into.length || this.#spilled.has(index)) return false;
    for (let i = 0; i < into.length; i++) into[i] = this.body[start + i] as number;
    return true;
  }

  spilledValue(index: number): SpilledValue | undefined {
    return this.#spilled.size === 0 ? undefined : this.#spilled.get(index);
  }

  /** The encoded entry: it means the same in any leaf. */
  item(index: number): Buffer {
    return this.body.subarray(this.offsets[index * STRIDE], this.offsets[(index + 1) * STRIDE]);
  }

  /** Offset of the key inside `item(index)`. */
  keyOffset(index: number): number {
    const start = this.offsets[index * STRIDE + KEY_START] as number;
    return start - (this.offsets[index * STRIDE] as number);
  }

  keyLength(index: number): number {
    const end = this.offsets[index * STRIDE + KEY_END] as number;
    return end - (this.offsets[index * STRIDE + KEY_START] as number);
  }

  /** True when both entries have the same value; reads no spilled value. */
  sameValue(index: number, other: LeafPage, otherIndex: number): boolean {
    const start = this.offsets[index * STRIDE + VALUE_START];
    const end = this.offsets[(index + 1) * STRIDE];
    const otherStart = other.offsets[otherIndex * STRIDE + VALUE_START];
    const otherEnd = other.offsets[(otherIndex + 1) * STRIDE];
    const alike = this.#spilled.has(index) === other.#spilled.has(otherIndex);
    return alike && this.body.compare(other.body, otherStart, otherEnd, start, end) === 0;
  }
}

/** A page of references to pages one level below; each key is the last key of its child. */
export class InternalPage extends KeyedPage {
  readonly level: number;
  /** Map entries below this page. */
  readonly entries: number;
  readonly #counts: Float64Array;
  readonly #locators: readonly PageLocator[];

  constructor(parts: {
    body: Buffer;
    offsets: ItemOffsets;
    frameBytes: number;
    level: number;
    counts: Float64Array;
    locators: readonly PageLocator[];
  }) {
    super(parts);
    this.level = parts.level;
    this.#counts = parts.counts;
    this.#locators = parts.locators;
    this.entries = parts.counts.reduce((sum, count) => sum + count, 0);
  }

  childDigest(index: number): Buffer {
    const start = this.offsets[index * STRIDE + VALUE_START] as number;
    return this.body.subarray(start, start + DIGEST_BYTES);
  }

  child(index: number): PageRef {
    const locator = this.#locators[index];
    if (locator === undefined) throw corruptPage('it has no such child');
    return { digest: this.childDigest(index), locator };
  }

  /** Map entries below the child. */
  childEntries(index: number): number {
    return this.#counts[index] as number;
  }

  /** Throws `corrupt` unless `page` is what this page says about its child at `index`. */
  checkChild(index: number, page: NodePage): void {
    const fits =
      page.level === this.level - 1 &&
      page.entries === this.#counts[index] &&
      page.compareKey(page.count - 1, this.key(index)) === 0 &&
      (index === 0 || page.compareKey(0, this.key(index - 1)) > 0);
    if (!fits) throw corruptPage('it is not what the page above says');
  }
}

export type NodePage = LeafPage | InternalPage;
