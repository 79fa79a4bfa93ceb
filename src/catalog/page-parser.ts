import { blake3 } from '@napi-rs/blake-hash';
import { BinaryReader } from '../util/binary.js';
import { asBuffer } from '../util/bytes.js';
import {
  InternalPage,
  type ItemOffsets,
  LeafPage,
  type NodePage,
  type SpilledValue,
  STRIDE,
} from './node-page.js';
import {
  BODY_HEADER,
  corruptPage,
  DIGEST_BYTES,
  FORMAT_VERSION,
  FRAME_HEADER,
  MAX_FRAME,
  MAX_HEIGHT,
  MAX_INLINE_VALUE,
  MAX_KEY,
  MAX_VALUE,
  PAGE_KINDS,
  TABLE_CHECK_BYTES,
  TABLE_CHECKED,
} from './page-format.js';
import { type PageLocator, parsePackId } from './page-store.js';

export interface Frame {
  readonly body: Buffer;
  /** Encoded locator table; may be empty. */
  readonly table: Buffer;
}

/**
 * Splits a stored frame. Throws `corrupt` unless its lengths add up and its table is what was
 * written.
 */
export function parseFrame(bytes: Uint8Array): Frame {
  const frame = asBuffer(bytes);
  if (frame.length < FRAME_HEADER + BODY_HEADER || frame.length > MAX_FRAME) {
    throw corruptPage(`a frame of ${frame.length} bytes`);
  }
  const bodyLength = frame.readUInt32BE(0);
  const told = frame.readUInt32BE(4);
  const isChecked = told >= TABLE_CHECKED;
  const tableLength = isChecked ? told - TABLE_CHECKED : told;
  if (bodyLength < BODY_HEADER || FRAME_HEADER + bodyLength + tableLength !== frame.length) {
    throw corruptPage('its lengths do not add up');
  }
  const table = FRAME_HEADER + bodyLength;
  const body = frame.subarray(FRAME_HEADER, table);
  return { body, table: isChecked ? checkedTable(frame.subarray(table)) : frame.subarray(table) };
}

/** The table without its digest: no digest of a page covers where things lie. */
function checkedTable(bytes: Buffer): Buffer {
  const end = bytes.length - TABLE_CHECK_BYTES;
  if (end < 0) throw corruptPage('a table shorter than its digest');
  const table = bytes.subarray(0, end);
  if (blake3(table).compare(bytes, end, bytes.length, 0, TABLE_CHECK_BYTES) !== 0) {
    throw corruptPage('its table of locators does not have the digest it should have');
  }
  return table;
}

/** A leaf or an internal page whose digest was checked. Throws `corrupt` for anything malformed. */
export function parseNode({ body, table }: Frame): NodePage {
  const level = body[2] as number;
  const kind = level === 0 ? PAGE_KINDS.leaf : PAGE_KINDS.internal;
  const count = checkHeader(body, kind);
  if (level >= MAX_HEIGHT) throw corruptPage(`level ${level}`);
  // The smallest item has a length byte, one byte of key and one byte more.
  if (count === 0 || count > body.length / 3) throw corruptPage(`${count} items`);
  const frameBytes = FRAME_HEADER + body.length + table.length;
  return level === 0
    ? parseLeaf(body, table, count, frameBytes)
    : parseInternal(body, table, count, frameBytes, level);
}

/** The value in a value page whose digest was checked. */
export function parseValue({ body }: Frame): Buffer {
  const length = checkHeader(body, PAGE_KINDS.value);
  if (length !== body.length - BODY_HEADER) throw corruptPage('a value of another length');
  return body.subarray(BODY_HEADER);
}

/** Checks all but the level; returns the number at the header's end. */
function checkHeader(body: Buffer, kind: number): number {
  if (body[0] !== kind) throw corruptPage(`kind ${body[0]} instead of ${kind}`);
  if (body[1] !== FORMAT_VERSION) throw corruptPage(`format version ${body[1]}`);
  if (body[3] !== 0) throw corruptPage('the reserved byte is not zero');
  return body.readUInt32BE(4);
}

function parseLeaf(body: Buffer, table: Buffer, count: number, frameBytes: number): LeafPage {
  const offsets = new Uint32Array(count * STRIDE + 1);
  const spilled = new Map<number, SpilledValue>();
  const locators = parseTable(table);
  const reader = new BinaryReader(body, corruptPage, BODY_HEADER);
  for (let i = 0; i < count; i++) {
    readKey(reader, body, offsets, i);
    const tagged = reader.varint();
    const length = Math.floor(tagged / 2);
    offsets[i * STRIDE + 3] = reader.position;
    if (tagged % 2 === 0) {
      if (length > MAX_INLINE_VALUE) throw corruptPage(`an inline value of ${length} bytes`);
      reader.skip(length);
    } else {
      if (length <= MAX_INLINE_VALUE || length > MAX_VALUE) {
        throw corruptPage(`a spilled value of ${length} bytes`);
      }
      const digest = reader.bytes(DIGEST_BYTES);
      spilled.set(i, { ref: { digest, locator: locatorOf(locators, spilled.size) }, length });
    }
  }
  offsets[count * STRIDE] = reader.position;
  reader.end();
  if (locators.length !== spilled.size) throw corruptPage('a locator too many');
  return new LeafPage({ body, offsets, frameBytes, spilled });
}

function parseInternal(
  body: Buffer,
  table: Buffer,
  count: number,
  frameBytes: number,
  level: number,
): InternalPage {
  const offsets = new Uint32Array(count * STRIDE + 1);
  const counts = new Float64Array(count);
  const locators = parseTable(table);
  const reader = new BinaryReader(body, corruptPage, BODY_HEADER);
  let entries = 0;
  for (let i = 0; i < count; i++) {
    readKey(reader, body, offsets, i);
    offsets[i * STRIDE + 3] = reader.position;
    reader.skip(DIGEST_BYTES);
    const below = reader.varint();
    if (below === 0) throw corruptPage('a child without entries');
    counts[i] = below;
    entries += below;
  }
  offsets[count * STRIDE] = reader.position;
  reader.end();
  if (!Number.isSafeInteger(entries)) throw corruptPage('more entries than can be');
  if (locators.length !== count) {
    throw corruptPage(`${locators.length} locators for ${count} children`);
  }
  return new InternalPage({ body, offsets, frameBytes, level, counts, locators });
}

/** Reads the key of item `i` and checks that it follows the one before. */
function readKey(reader: BinaryReader, body: Buffer, offsets: ItemOffsets, i: number): void {
  const item = i * STRIDE;
  offsets[item] = reader.position;
  const length = reader.varint();
  if (length === 0 || length > MAX_KEY) throw corruptPage(`a key of ${length} bytes`);
  const start = reader.position;
  reader.skip(length);
  offsets[item + 1] = start;
  offsets[item + 2] = start + length;
  if (i === 0) return;
  const formerStart = offsets[item - STRIDE + 1] as number;
  const formerLength = (offsets[item - STRIDE + 2] as number) - formerStart;
  const common = Math.min(formerLength, length);
  for (let at = 0; at < common; at++) {
    const difference = (body[start + at] as number) - (body[formerStart + at] as number);
    if (difference > 0) return;
    if (difference < 0) throw corruptPage('its keys are not in order');
  }
  if (length <= formerLength) throw corruptPage('its keys are not in order');
}

function parseTable(table: Buffer): PageLocator[] {
  const locators: PageLocator[] = [];
  if (table.length === 0) return locators;
  const reader = new BinaryReader(table, corruptPage);
  const packCount = reader.varint();
  const packs = [];
  for (let i = 0; i < packCount; i++) packs.push(parsePackId(reader.bytes(16).toString('hex')));
  const count = reader.varint();
  for (let i = 0; i < count; i++) {
    const pack = packs[reader.varint()];
    if (pack === undefined) throw corruptPage('a locator names no pack');
    locators.push({ pack, offset: reader.varint(), length: reader.varint() });
  }
  reader.end();
  return locators;
}

function locatorOf(locators: readonly PageLocator[], index: number): PageLocator {
  const locator = locators[index];
  if (locator === undefined) throw corruptPage('a value without a locator');
  return locator;
}
