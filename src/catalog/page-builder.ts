import { blake3 } from '@napi-rs/blake-hash';
import type { LeafPage, SpilledValue } from './node-page.js';
import {
  BODY_HEADER,
  FORMAT_VERSION,
  FRAME_HEADER,
  PAGE_KINDS,
  TABLE_CHECK_BYTES,
  TABLE_CHECKED,
} from './page-format.js';
import type { PageLocator, PageRef } from './page-store.js';

const ITEMS_START = FRAME_HEADER + BODY_HEADER;

/** A finished page. The frame is the builder's memory: use it before the next call. */
export interface BuiltPage {
  readonly digest: Buffer;
  readonly frame: Buffer;
  readonly lastKey: Buffer;
  /** Map entries in or below the page. */
  readonly entries: number;
}

/** Collects the items of one page in the form in which it is stored. */
export class PageBuilder {
  readonly #level: number;
  #buffer = Buffer.allocUnsafe(16 * 1024);
  #end = ITEMS_START;
  #count = 0;
  #entries = 0;
  #keyStart = 0;
  #keyEnd = 0;
  #locators: PageLocator[] = [];

  constructor(level: number) {
    this.#level = level;
  }

  get count(): number {
    return this.#count;
  }

  /** Memory and bounds of the last key added: valid until the next call. */
  get bytes(): Buffer {
    return this.#buffer;
  }
  get keyStart(): number {
    return this.#keyStart;
  }
  get keyEnd(): number {
    return this.#keyEnd;
  }

  addInline(key: Uint8Array, value: Uint8Array): void {
    this.#addKey(key, value.length + 4);
    this.#varint(value.length * 2);
    this.#copy(value);
    this.#entries++;
  }

  addSpilled(key: Uint8Array, value: SpilledValue): void {
    this.#addKey(key, 40);
    this.#varint(value.length * 2 + 1);
    this.#copy(value.ref.digest);
    this.#locators.push(value.ref.locator);
    this.#entries++;
  }

  /** Takes over the entry at `index` of a leaf. */
  addLeafItem(leaf: LeafPage, index: number): void {
    const item = leaf.item(index);
    this.#reserve(item.length);
    this.#keyStart = this.#end + leaf.keyOffset(index);
    this.#keyEnd = this.#keyStart + leaf.keyLength(index);
    this.#copy(item);
    const spilled = leaf.spilledValue(index);
    if (spilled !== undefined) this.#locators.push(spilled.ref.locator);
    this.#count++;
    this.#entries++;
  }

  /** `key`: the last key of the child; `entries`: map entries below it. */
  addChild(key: Uint8Array, child: PageRef, entries: number): void {
    this.#addKey(key, 48);
    this.#copy(child.digest);
    this.#varint(entries);
    this.#locators.push(child.locator);
    this.#entries += entries;
  }

  /** Completes the page and empties the builder. */
  finish(): BuiltPage {
    const bodyEnd = this.#end;
    this.#writeTable();
    const buffer = this.#buffer;
    buffer.writeUInt32BE(bodyEnd - FRAME_HEADER, 0);
    const tableLength = this.#end - bodyEnd;
    buffer.writeUInt32BE(tableLength === 0 ? 0 : TABLE_CHECKED + tableLength, 4);
    buffer[FRAME_HEADER] = this.#level === 0 ? PAGE_KINDS.leaf : PAGE_KINDS.internal;
    buffer[FRAME_HEADER + 1] = FORMAT_VERSION;
    buffer[FRAME_HEADER + 2] = this.#level;
    buffer[FRAME_HEADER + 3] = 0;
    buffer.writeUInt32BE(this.#count, FRAME_HEADER + 4);
    const built = {
      digest: blake3(buffer.subarray(FRAME_HEADER, bodyEnd)),
      frame: buffer.subarray(0, this.#end),
      lastKey: Buffer.from(buffer.subarray(this.#keyStart, this.#keyEnd)),
      entries: this.#entries,
    };
    this.#end = ITEMS_START;
    this.#count = 0;
    this.#entries = 0;
    this.#locators = [];
    return built;
  }

  /**
   * Packs, each once; then for every child or spilled value the number of its pack, offset,
   * length; the digest of all that.
   */
  #writeTable(): void {
    const locators = this.#locators;
    if (locators.length === 0) return;
    const packs = [...new Set(locators.map(({ pack }) => pack))];
    this.#reserve(packs.length * 16 + locators.length * 20 + 16 + TABLE_CHECK_BYTES);
    const start = this.#end;
    this.#varint(packs.length);
    for (const pack of packs) this.#end += this.#buffer.write(pack, this.#end, 'hex');
    this.#varint(locators.length);
    const numbers = new Map(packs.map((pack, number) => [pack, number]));
    for (const locator of locators) {
      this.#varint(numbers.get(locator.pack) ?? 0);
      this.#varint(locator.offset);
      this.#varint(locator.length);
    }
    const digest = blake3(this.#buffer.subarray(start, this.#end));
    this.#copy(digest.subarray(0, TABLE_CHECK_BYTES));
  }

  /** Writes the key's length and bytes and makes room for `more` bytes behind them. */
  #addKey(key: Uint8Array, more: number): void {
    this.#reserve(key.length + 4 + more);
    this.#varint(key.length);
    this.#keyStart = this.#end;
    this.#copy(key);
    this.#keyEnd = this.#end;
    this.#count++;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#end++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#end++] = rest;
  }

  #copy(bytes: Uint8Array): void {
    const buffer = this.#buffer;
    const end = this.#end;
    const length = bytes.length;
    if (length > 64) buffer.set(bytes, end);
    else for (let i = 0; i < length; i++) buffer[end + i] = bytes[i] as number;
    this.#end = end + length;
  }

  #reserve(more: number): void {
    if (this.#end + more <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#end + more, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
  }
}

/** The frame of a page that holds one long value, and the value's digest. */
export function buildValuePage(value: Uint8Array): { digest: Buffer; frame: Buffer } {
  const frame = Buffer.alloc(ITEMS_START + value.length);
  frame.writeUInt32BE(BODY_HEADER + value.length, 0);
  frame[FRAME_HEADER] = PAGE_KINDS.value;
  frame[FRAME_HEADER + 1] = FORMAT_VERSION;
  frame.writeUInt32BE(value.length, FRAME_HEADER + 4);
  frame.set(value, ITEMS_START);
  return { digest: blake3(frame.subarray(FRAME_HEADER)), frame };
}
