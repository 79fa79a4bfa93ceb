import { asBuffer } from './bytes.js';

const U64_MAX = (1n << 64n) - 1n;

const I64_MIN = -(1n << 63n);
const I64_MAX = (1n << 63n) - 1n;

// One number in all its shapes: three to seven times faster than Buffer's own methods for 64 bits.
const UNSIGNED = new BigUint64Array(1);
const SIGNED = new BigInt64Array(UNSIGNED.buffer);
const HALVES = new Uint32Array(UNSIGNED.buffer);
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const HIGH = IS_LITTLE_ENDIAN ? 1 : 0;
const LOW = 1 - HIGH;

/** Eight bytes, big-endian; where they lie is not checked, their range is. */
export function writeU64(bytes: Uint8Array, at: number, value: bigint): void {
  if (value < 0n || value > U64_MAX) throw new RangeError(`${value} does not fit 64 bits`);
  UNSIGNED[0] = value;
  writeHalf(bytes, at, HALVES[HIGH] as number);
  writeHalf(bytes, at + 4, HALVES[LOW] as number);
}

function writeI64(bytes: Uint8Array, at: number, value: bigint): void {
  if (value < I64_MIN || value > I64_MAX) throw new RangeError(`${value} does not fit 64 bits`);
  SIGNED[0] = value;
  writeHalf(bytes, at, HALVES[HIGH] as number);
  writeHalf(bytes, at + 4, HALVES[LOW] as number);
}

function writeHalf(bytes: Uint8Array, at: number, half: number): void {
  bytes[at] = half >>> 24;
  bytes[at + 1] = half >>> 16;
  bytes[at + 2] = half >>> 8;
  bytes[at + 3] = half;
}

function takeHalves(bytes: Uint8Array, at: number): void {
  HALVES[HIGH] = readU32(bytes, at);
  HALVES[LOW] = readU32(bytes, at + 4);
}

/** Four bytes, big-endian; nothing is checked. */
export function readU32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}

/**
 * Appends numbers and byte strings to a buffer that grows. Integers are big-endian; a varint is
 * LEB128 (seven bits a byte, least significant first), always in its shortest form.
 */
export class BinaryWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(initialBytes = 256) {
    this.#buffer = Buffer.allocUnsafe(initialBytes);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
    return this;
  }

  u32(value: number): this {
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32BE(value, this.#length);
    return this;
  }

  u64(value: bigint): this {
    this.#reserve(8);
    writeU64(this.#buffer, this.#length, value);
    this.#length += 8;
    return this;
  }

  i64(value: bigint): this {
    this.#reserve(8);
    writeI64(this.#buffer, this.#length, value);
    this.#length += 8;
    return this;
  }

  /** `value`: a whole number from 0 to 2^53 - 1. */
  varint(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`varint of ${value}`);
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[this.#length++] = rest;
    return this;
  }

  /** `value`: 0 to 2^64 - 1. */
  bigVarint(value: bigint): this {
    if (value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER)) return this.varint(Number(value));
    if (value < 0n || value > U64_MAX) throw new RangeError(`varint of ${value}`);
    this.#reserve(10);
    let rest = value;
    while (rest >= 0x80n) {
      this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#buffer[this.#length++] = Number(rest);
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** A varint length, then the bytes. */
  lengthAndBytes(value: Uint8Array): this {
    return this.varint(value.length).bytes(value);
  }

  /** A varint length in bytes, then the text in UTF-8. */
  text(value: string): this {
    const length = Buffer.byteLength(value);
    this.varint(length).#reserve(length);
    this.#length += this.#buffer.write(value, this.#length, 'utf8');
    return this;
  }

  /** Forgets what was written. */
  clear(): void {
    this.#length = 0;
  }

  /**
   * What was written, as a copy of its own; the writer is empty afterwards and can be used again.
   */
  take(): Buffer {
    const result = Buffer.allocUnsafe(this.#length);
    this.#buffer.copy(result, 0, 0, this.#length);
    this.#length = 0;
    return result;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/**
 * Reads what BinaryWriter wrote. Every read is checked against the end; what does not parse throws
 * the error that `fail` makes of a short reason. Byte strings are views, not copies.
 */
export class BinaryReader {
  readonly #bytes: Buffer;
  readonly #fail: (reason: string) => Error;
  #position: number;

  constructor(bytes: Uint8Array, fail: (reason: string) => Error, position = 0) {
    this.#bytes = asBuffer(bytes);
    this.#fail = fail;
    this.#position = position;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  u8(): number {
    return this.#bytes[this.#advance(1)] as number;
  }

  u32(): number {
    return this.#bytes.readUInt32BE(this.#advance(4));
  }

  u64(): bigint {
    takeHalves(this.#bytes, this.#advance(8));
    return UNSIGNED[0] as bigint;
  }

  i64(): bigint {
    takeHalves(this.#bytes, this.#advance(8));
    return SIGNED[0] as bigint;
  }

  /** A varint of at most 2^53 - 1. */
  varint(): number {
    const first = this.#bytes[this.#position];
    if (first !== undefined && first < 0x80) {
      this.#position++;
      return first;
    }
    let value = 0;
    let factor = 1;
    for (let digits = 0; digits < 8; digits++) {
      const byte = this.u8();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (byte === 0 && digits > 0) throw this.#fail('a number is not in its shortest form');
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      factor *= 0x80;
    }
    throw this.#fail('a number is too large');
  }

  /** A varint of at most 2^64 - 1. */
  bigVarint(): bigint {
    const start = this.#position;
    let length = 1;
    while (this.u8() >= 0x80) length++;
    if (length <= 7) {
      this.#position = start;
      return BigInt(this.varint());
    }
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) {
      value = (value << 7n) | BigInt((this.#bytes[start + i] as number) & 0x7f);
    }
    if (length > 10 || value > U64_MAX) throw this.#fail('a number is too large');
    if (this.#bytes[start + length - 1] === 0) {
      throw this.#fail('a number is not in its shortest form');
    }
    return value;
  }

  bytes(length: number): Buffer {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  skip(length: number): void {
    this.#advance(length);
  }

  lengthAndBytes(): Buffer {
    return this.bytes(this.varint());
  }

  text(): string {
    const length = this.varint();
    const start = this.#advance(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  /** Checks that nothing follows. */
  end(): void {
    if (this.remaining !== 0) throw this.#fail(`${this.remaining} bytes too many`);
  }

  #advance(length: number): number {
    const start = this.#position;
    if (length > this.#bytes.length - start) throw this.#fail('it ends too early');
    this.#position = start + length;
    return start;
  }
}
