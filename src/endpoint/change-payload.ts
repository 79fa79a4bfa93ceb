import { DmError } from '../model/error.js';
import { type Gfid, parseGfid } from '../model/ids.js';

/** Maps carried by the structure phase, with their codes in a payload. */
export const STRUCTURE_MAPS = { entries: 1, inodes: 2, links: 3, side: 4 } as const;
export type StructureMap = keyof typeof STRUCTURE_MAPS;

/** Content is digested in leaves of this many bytes. */
export const LEAF_BYTES = 65_536;
/** A batch is sent when its payload has reached this size; one record may overshoot it by at most a leaf. */
export const BATCH_BYTES = 1_048_576;
/** What a receiver accepts as one payload: room for a batch and one overshoot. */
export const MAX_PAYLOAD_BYTES = 2 * BATCH_BYTES;

const DIGEST_BYTES = 32;
const RECORD = {
  map: 0x01,
  put: 0x02,
  delete: 0x03,
  file: 0x10,
  data: 0x11,
  hole: 0x12,
  leaves: 0x13,
  end: 0x14,
  failure: 0x15,
} as const;
/** Of the texts of a failure, in bytes; those of `failure` are cut there. */
const MAX_CODE_BYTES = 256;
const MAX_MESSAGE_BYTES = 16_384;
const HAS_BASIS = 1;
const CONTINUED = 2;

/** Content identified by file and version, as a basis names it. */
export interface ContentName {
  readonly gfid: Gfid;
  readonly version: bigint;
}

export interface FileRecord extends ContentName {
  readonly size: bigint;
  readonly basis: ContentName | null;
  readonly continued: boolean;
}

/** One decoded record. Byte arrays are views into the payload. */
export type PayloadRecord =
  | { readonly kind: 'map'; readonly map: StructureMap }
  | { readonly kind: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly key: Uint8Array }
  | ({ readonly kind: 'file' } & FileRecord)
  | { readonly kind: 'data'; readonly offset: bigint; readonly bytes: Uint8Array }
  | { readonly kind: 'hole'; readonly offset: bigint; readonly length: bigint }
  | {
      readonly kind: 'leaves';
      readonly first: number;
      readonly digests: readonly (Uint8Array | null)[];
    }
  | { readonly kind: 'end' }
  | {
      readonly kind: 'failure';
      readonly gfid: Gfid;
      readonly code: string;
      readonly message: string;
    };

/** Fills one payload. Numbers above 2^53 are given as bigint. */
export class PayloadWriter {
  #buffer: Buffer;
  #at = 0;

  constructor(capacity = BATCH_BYTES + 2 * LEAF_BYTES) {
    this.#buffer = Buffer.allocUnsafeSlow(capacity);
  }

  get length(): number {
    return this.#at;
  }

  get full(): boolean {
    return this.#at >= BATCH_BYTES;
  }

  map(map: StructureMap): void {
    this.#reserve(2);
    this.#byte(RECORD.map);
    this.#byte(STRUCTURE_MAPS[map]);
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#reserve(21 + key.length + value.length);
    this.#byte(RECORD.put);
    this.#bytes(key);
    this.#bytes(value);
  }

  delete(key: Uint8Array): void {
    this.#reserve(11 + key.length);
    this.#byte(RECORD.delete);
    this.#bytes(key);
  }

  file(record: FileRecord): void {
    this.#reserve(48);
    this.#byte(RECORD.file);
    this.#byte((record.basis ? HAS_BASIS : 0) | (record.continued ? CONTINUED : 0));
    this.#u64(record.gfid);
    this.#u64(record.version);
    this.#varint64(record.size);
    if (record.basis) {
      this.#u64(record.basis.gfid);
      this.#u64(record.basis.version);
    }
  }

  /**
   * Starts a data record of exactly `length` bytes and returns the region to fill at once, before any
   * other call.
   */
  data(offset: bigint, length: number): Buffer {
    this.#reserve(21 + length);
    this.#byte(RECORD.data);
    this.#varint64(offset);
    this.#varint(length);
    const region = this.#buffer.subarray(this.#at, this.#at + length);
    this.#at += length;
    return region;
  }

  hole(offset: bigint, length: bigint): void {
    this.#reserve(21);
    this.#byte(RECORD.hole);
    this.#varint64(offset);
    this.#varint64(length);
  }

  leaves(first: number, digests: readonly (Uint8Array | null)[]): void {
    this.#reserve(21 + digests.length * (DIGEST_BYTES + 1));
    this.#byte(RECORD.leaves);
    this.#varint(first);
    this.#varint(digests.length);
    for (const digest of digests) {
      this.#byte(digest === null ? 0 : 1);
      if (digest !== null) {
        this.#buffer.set(digest, this.#at);
        this.#at += DIGEST_BYTES;
      }
    }
  }

  end(): void {
    this.#reserve(1);
    this.#byte(RECORD.end);
  }

  failure(gfid: Gfid, code: string, message: string): void {
    const codeBytes = Buffer.from(code).subarray(0, MAX_CODE_BYTES);
    const messageBytes = Buffer.from(message).subarray(0, MAX_MESSAGE_BYTES);
    this.#reserve(31 + codeBytes.length + messageBytes.length);
    this.#byte(RECORD.failure);
    this.#u64(gfid);
    this.#bytes(codeBytes);
    this.#bytes(messageBytes);
  }

  /** Position to come back to with `rewind`, when a file turns out unreadable half way. */
  mark(): number {
    return this.#at;
  }

  rewind(mark: number): void {
    this.#at = mark;
  }

  /** The payload so far, in a buffer of its own that may be transferred; the writer starts anew. */
  take(): Uint8Array<ArrayBuffer> {
    const filled = this.#buffer.subarray(0, this.#at);
    const capacity = this.#buffer.length;
    let payload: Uint8Array<ArrayBuffer>;
    if (filled.length * 2 > capacity) {
      payload = new Uint8Array(filled.buffer as ArrayBuffer, filled.byteOffset, filled.length);
      this.#buffer = Buffer.allocUnsafeSlow(capacity);
    } else {
      payload = new Uint8Array(filled.length);
      payload.set(filled);
    }
    this.#at = 0;
    return payload;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#at + bytes));
    larger.set(this.#buffer.subarray(0, this.#at));
    this.#buffer = larger;
  }

  #byte(value: number): void {
    this.#buffer[this.#at++] = value;
  }

  #u64(value: bigint): void {
    this.#at = this.#buffer.writeBigUInt64BE(value, this.#at);
  }

  #bytes(value: Uint8Array): void {
    this.#varint(value.length);
    this.#buffer.set(value, this.#at);
    this.#at += value.length;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#byte(rest);
  }

  #varint64(value: bigint): void {
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) {
      this.#varint(Number(value));
      return;
    }
    let rest = value;
    while (rest >= 0x80n) {
      this.#byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#byte(Number(rest));
  }
}

/** Walks the records of a payload from an untrusted peer; anything malformed is `protocol_error`. */
export class PayloadReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(payload: Uint8Array) {
    this.#buffer = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  }

  /** The next record, or null at the end. */
  next(): PayloadRecord | null {
    if (this.#at >= this.#buffer.length) return null;
    const type = this.#byte();
    switch (type) {
      case RECORD.map:
        return { kind: 'map', map: this.#structureMap() };
      case RECORD.put: {
        const key = this.#bytes();
        return { kind: 'put', key, value: this.#bytes() };
      }
      case RECORD.delete:
        return { kind: 'delete', key: this.#bytes() };
      case RECORD.file:
        return this.#file();
      case RECORD.data: {
        const offset = this.#varint64();
        return { kind: 'data', offset, bytes: this.#bytes() };
      }
      case RECORD.hole: {
        const offset = this.#varint64();
        return { kind: 'hole', offset, length: this.#varint64() };
      }
      case RECORD.leaves:
        return this.#leaves();
      case RECORD.end:
        return { kind: 'end' };
      case RECORD.failure: {
        const gfid = this.#gfid();
        const code = this.#text(MAX_CODE_BYTES);
        return { kind: 'failure', gfid, code, message: this.#text(MAX_MESSAGE_BYTES) };
      }
      default:
        throw this.#malformed(`record type ${type} is unknown`);
    }
  }

  #file(): PayloadRecord {
    const flags = this.#byte();
    if ((flags & ~(HAS_BASIS | CONTINUED)) !== 0) throw this.#malformed('file flags are unknown');
    const gfid = this.#gfid();
    const version = this.#u64();
    const size = this.#varint64();
    const basis = flags & HAS_BASIS ? { gfid: this.#gfid(), version: this.#u64() } : null;
    return { kind: 'file', gfid, version, size, basis, continued: (flags & CONTINUED) !== 0 };
  }

  #leaves(): PayloadRecord {
    const first = this.#varint();
    const count = this.#varint();
    if (count > this.#buffer.length - this.#at) throw this.#malformed('more leaves than bytes');
    const digests: (Uint8Array | null)[] = [];
    for (let index = 0; index < count; index++) {
      const kind = this.#byte();
      if (kind > 1) throw this.#malformed('leaf kind is unknown');
      digests.push(kind === 0 ? null : this.#take(DIGEST_BYTES));
    }
    return { kind: 'leaves', first, digests };
  }

  #structureMap(): StructureMap {
    const code = this.#byte();
    for (const [name, value] of Object.entries(STRUCTURE_MAPS)) {
      if (value === code) return name as StructureMap;
    }
    throw this.#malformed(`map ${code} is unknown`);
  }

  #gfid(): Gfid {
    return parseGfid(this.#u64());
  }

  #byte(): number {
    const value = this.#buffer[this.#at];
    if (value === undefined) throw this.#malformed('it ends inside a record');
    this.#at++;
    return value;
  }

  #u64(): bigint {
    return this.#take(8).readBigUInt64BE(0);
  }

  #bytes(): Buffer {
    return this.#take(this.#varint());
  }

  #text(maxBytes: number): string {
    const bytes = this.#bytes();
    if (bytes.length > maxBytes) throw this.#malformed('a text is too long');
    return bytes.toString('utf8');
  }

  #take(length: number): Buffer {
    if (length > this.#buffer.length - this.#at) throw this.#malformed('it ends inside a record');
    const view = this.#buffer.subarray(this.#at, this.#at + length);
    this.#at += length;
    return view;
  }

  #varint(): number {
    const value = this.#varint64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.#malformed('a length is out of range');
    return Number(value);
  }

  #varint64(): bigint {
    let low = 0;
    let scale = 1;
    for (let index = 0; index < 7; index++) {
      const byte = this.#byte();
      low += (byte & 0x7f) * scale;
      if (byte < 0x80) return BigInt(low);
      scale *= 0x80;
    }
    let value = BigInt(low);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (value >= 1n << 64n) break;
        return value;
      }
    }
    throw this.#malformed('a number does not fit 64 bits');
  }

  #malformed(what: string): DmError {
    return new DmError(
      'protocol_error',
      `change stream payload is malformed at byte ${this.#at}: ${what}; check that both agents run a supported version`,
    );
  }
}
