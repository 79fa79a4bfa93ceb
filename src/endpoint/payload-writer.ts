import type { Gfid } from '../model/ids.js';
import {
  BATCH_BYTES,
  CONTINUED,
  DIGEST_BYTES,
  type FileRecord,
  HAS_BASIS,
  LEAF_BYTES,
  MAX_CODE_BYTES,
  MAX_MESSAGE_BYTES,
  RECORD,
  STRUCTURE_MAPS,
  type StructureMap,
} from './change-payload.js';

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
   * Starts a data record of exactly `length` bytes and returns the region to
   * fill at once, before any other call.
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
