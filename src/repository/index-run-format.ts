import { type PackId, parsePackId } from '../catalog/page-store.js';
import { DmError } from '../model/error.js';
import type { SegmentLocation } from './segments-map.js';

/*
 * An index run: which segments lie where, sorted by digest; docs/object-format.md describes
 * it. Header of 32 bytes: magic (8), format version u32, u32 zero, id (16). Then the
 * entries. Then a digest (32) of all before it.
 */
export const INDEX_HEADER = 32;
export const INDEX_TRAILER = 32;
/** Digest 32, pack 16, then u32: offset, length, raw length, frame start, frame length. */
export const INDEX_ENTRY = 68;
export const INDEX_KEY = 32;

const MAGIC = Buffer.from('DMINDEX\n', 'latin1');
const INDEX_VERSION = 1;

export function indexRunHeader(id: PackId): Buffer {
  const header = Buffer.alloc(INDEX_HEADER);
  MAGIC.copy(header);
  header.writeUInt32BE(INDEX_VERSION, 8);
  header.write(id, 16, 'hex');
  return header;
}

export function checkIndexRunHeader(header: Uint8Array, id: PackId): void {
  if (indexRunHeader(id).compare(header) !== 0) {
    throw corruptIndex(id, `it does not begin with its header (format version ${INDEX_VERSION})`);
  }
}

/** Entries of a run whose whole object has `bytes` bytes. Throws `corrupt` when that cannot be. */
export function indexRunEntries(id: PackId, bytes: number): number {
  const entries = (bytes - INDEX_HEADER - INDEX_TRAILER) / INDEX_ENTRY;
  if (!Number.isInteger(entries) || entries < 0) throw corruptIndex(id, 'it is cut off');
  return entries;
}

export function writeIndexEntry(
  into: Buffer,
  at: number,
  digest: Uint8Array,
  location: SegmentLocation,
): void {
  into.set(digest, at);
  into.write(location.pack, at + INDEX_KEY, 'hex');
  into.writeUInt32BE(location.offset, at + 48);
  into.writeUInt32BE(location.length, at + 52);
  into.writeUInt32BE(location.rawLength, at + 56);
  into.writeUInt32BE(location.frameStart, at + 60);
  into.writeUInt32BE(location.frameLength, at + 64);
}

export function readIndexLocation(bytes: Buffer, at: number): SegmentLocation {
  return {
    pack: parsePackId(bytes.toString('hex', at + INDEX_KEY, at + 48)),
    offset: bytes.readUInt32BE(at + 48),
    length: bytes.readUInt32BE(at + 52),
    rawLength: bytes.readUInt32BE(at + 56),
    frameStart: bytes.readUInt32BE(at + 60),
    frameLength: bytes.readUInt32BE(at + 64),
  };
}

export function corruptIndex(id: PackId, reason: string): DmError {
  return new DmError(
    'corrupt',
    `index ${id}: ${reason}; it is made again from the datasets by the next backup, or by "dm object repair"`,
  );
}
