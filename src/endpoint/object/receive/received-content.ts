import { Blake3Hasher, blake3 } from '@napi-rs/blake-hash';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import { type FileRecord, LEAF_BYTES } from '../../change-payload.js';

const LEAF = BigInt(LEAF_BYTES);
const ZEROS = Buffer.alloc(LEAF_BYTES);

/** Received bytes of one file are not what their digests say: that file fails, others go on. */
export class CorruptContent extends Error {}

/** Bytes that were just received, for digests that follow at once. */
interface Run {
  readonly offset: bigint;
  readonly end: bigint;
  /** Null for a hole. */
  readonly bytes: Uint8Array | null;
}

export interface ReceivedContentOptions {
  readonly record: FileRecord;
  /** Size of the file that the changes start from; 0 without a basis. */
  readonly basisSize: bigint;
  /** How far an interrupted file was; null for one that begins here. */
  readonly resumed: { readonly next: bigint; readonly leaves: number } | null;
}

/**
 * The order and the digests of one file's records: ranges ascend, nothing is missing, and every leaf whose bytes
 * came whole has the digest that follows. Leaves that came in part are checked when they are read. Throws
 * `protocol_error` for a stream that no source sends, CorruptContent for other bytes.
 */
export class ReceivedContent {
  readonly gfid: Gfid;
  readonly size: bigint;
  readonly record: FileRecord;
  readonly #basisSize: bigint;
  #next: bigint;
  #leaves: number;
  #runs: Run[] = [];

  constructor({ record, basisSize, resumed }: ReceivedContentOptions) {
    this.record = record;
    this.gfid = record.gfid;
    this.size = record.size;
    this.#basisSize = basisSize;
    this.#next = resumed?.next ?? 0n;
    this.#leaves = resumed?.leaves ?? 0;
  }

  /** For the log: where to go on after a restart. */
  get position(): { readonly gfid: Gfid; readonly next: bigint; readonly leaves: number } {
    return { gfid: this.gfid, next: this.#next, leaves: this.#leaves };
  }

  /** True while ranges wait for their digests. */
  get lacksDigests(): boolean {
    return this.#runs.length > 0;
  }

  data(offset: bigint, bytes: Uint8Array): void {
    this.#runs.push({ offset, end: this.#advance(offset, BigInt(bytes.length)), bytes });
  }

  hole(offset: bigint, length: bigint): void {
    this.#runs.push({ offset, end: this.#advance(offset, length), bytes: null });
  }

  leaves(first: number, digests: readonly (Uint8Array | null)[]): void {
    if (this.record.basis === null && first !== this.#leaves) {
      throw this.#wrong('leaf digests out of order');
    }
    const end = first + digests.length;
    if (BigInt(end - 1) * LEAF >= this.size) throw this.#wrong('a leaf digest beyond its end');
    for (const [index, digest] of digests.entries()) this.#check(first + index, digest);
    this.#leaves = end;
    const passed = BigInt(end) * LEAF;
    this.#runs = this.#runs.filter((run) => run.end > passed);
  }

  /** Checks that nothing is missing. */
  finish(): void {
    const covered = this.#covered();
    if (covered < this.size) throw this.#wrong('missing bytes');
    if (this.#runs.length > 0) throw this.#wrong('a missing leaf digest');
    const leaves = Number((this.size + LEAF - 1n) / LEAF);
    if (this.record.basis === null && this.#leaves !== leaves) {
      throw this.#wrong('missing leaf digests');
    }
  }

  #advance(offset: bigint, length: bigint): bigint {
    const end = offset + length;
    const covered = this.#covered();
    if (offset < this.#next || length < 1n) throw this.#wrong('ranges that do not ascend');
    if (end > this.size) throw this.#wrong('bytes beyond its end');
    if (offset > covered) throw this.#wrong('missing bytes');
    this.#next = end;
    return end;
  }

  /** Bytes from the beginning on that are there. */
  #covered(): bigint {
    if (this.#next < this.#basisSize) return this.#basisSize;
    return this.#next;
  }

  #check(leaf: number, digest: Uint8Array | null): void {
    const start = BigInt(leaf) * LEAF;
    const end = start + LEAF < this.size ? start + LEAF : this.size;
    const parts = this.#partsOf(start, end);
    if (parts === null) {
      if (this.record.basis === null) throw this.#wrong('missing bytes');
      return;
    }
    if (!hasDigest(parts, digest)) {
      throw new CorruptContent(
        'the bytes that were received do not have the digest they should have',
      );
    }
  }

  /** The bytes of a leaf out of the runs; null when they are not all there. */
  #partsOf(start: bigint, end: bigint): Uint8Array[] | null {
    const parts: Uint8Array[] = [];
    let at = start;
    for (const run of this.#runs) {
      if (run.end <= at) continue;
      if (run.offset > at) return null;
      const to = run.end < end ? run.end : end;
      const bytes = run.bytes;
      parts.push(
        bytes === null
          ? ZEROS.subarray(0, Number(to - at))
          : bytes.subarray(Number(at - run.offset), Number(to - run.offset)),
      );
      at = to;
      if (at === end) return parts;
    }
    return null;
  }

  #wrong(what: string): DmError {
    return new DmError('protocol_error', `change stream: file ${this.gfid} has ${what}`);
  }
}

function hasDigest(parts: readonly Uint8Array[], digest: Uint8Array | null): boolean {
  if (digest === null) {
    return parts.every((part) => ZEROS.compare(part, 0, part.length, 0, part.length) === 0);
  }
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return blake3(only).compare(digest) === 0;
  const hasher = new Blake3Hasher();
  for (const part of parts) hasher.update(part);
  return hasher.digestBuffer().compare(digest) === 0;
}
