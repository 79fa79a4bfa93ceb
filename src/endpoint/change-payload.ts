import { DmError } from '../model/error.js';
import { type Gfid, parseGfid } from '../model/ids.js';

/** Maps carried by the structure phase, with their codes in a payload. */
export const STRUCTURE_MAPS = { entries: 1, inodes: 2, links: 3, side: 4 } as const;
export type StructureMap = keyof typeof STRUCTURE_MAPS;

/** Content is digested in leaves of this many bytes. */
export const LEAF_BYTES = 65_536;
/**
 * A batch is sent when its payload has reached this size; one record
 * may overshoot it by at most a leaf.
 */
export const BATCH_BYTES = 1_048_576;
/** What a receiver accepts as one payload: room for a batch and one overshoot. */
export const MAX_PAYLOAD_BYTES = 2 * BATCH_BYTES;

export const DIGEST_BYTES = 32;
export const RECORD = {
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
export const MAX_CODE_BYTES = 256;
export const MAX_MESSAGE_BYTES = 16_384;
export const HAS_BASIS = 1;
export const CONTINUED = 2;

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

/**
 * Walks the records of a payload from an untrusted peer; anything malformed is `protocol_error`.
 */
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
