import { blake3 } from '@napi-rs/blake-hash';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import { type FileRecord, LEAF_BYTES } from '../../change-payload.js';
import { punchHole, readAt, truncate, writeAt } from '../sys/data.js';
import { close } from '../sys/open.js';
import { WrittenPages } from '../sys/written-pages.js';

const LEAF = BigInt(LEAF_BYTES);
const ZEROS = Buffer.alloc(LEAF_BYTES);
const READ = Buffer.alloc(LEAF_BYTES);

/** Received bytes of one file are not what their digests say: that file fails, others go on. */
export class CorruptContent extends Error {}

/** Bytes that were just written, for digests that follow at once. */
interface Run {
  readonly offset: bigint;
  readonly end: bigint;
  /** Null for a hole. */
  readonly bytes: Uint8Array | null;
}

export interface StagedFileOptions {
  readonly record: FileRecord;
  /** Size of what the file was filled with before; 0 without a basis. */
  readonly basisSize: bigint;
  /** How far an interrupted file was; null for one that begins here. */
  readonly resumed: { readonly next: bigint; readonly leaves: number } | null;
}

/**
 * A file in staging that is being filled: checks that ranges ascend, that nothing is missing, and that every
 * leaf they touch has the digest that follows. Throws `protocol_error` for a stream that no source sends.
 */
export class StagedFile {
  readonly gfid: Gfid;
  readonly size: bigint;
  readonly fd: number;
  readonly hasBasis: boolean;
  readonly record: FileRecord;
  readonly #basisSize: bigint;
  readonly #pages: WrittenPages;
  #next: bigint;
  #leaves: number;
  #run: Run | null = null;
  /** Leaves with new bytes whose digest has not come yet, as ranges [from, to), ascending. */
  readonly #touched: { from: number; to: number }[] = [];
  /** A last leaf that became shorter, while its digest has not come; -1 when there is none. */
  #cutLeaf: number;

  /** `fd`, open for reading and writing, is this object's from here on. */
  constructor(fd: number, options: StagedFileOptions) {
    const { record, basisSize, resumed } = options;
    this.fd = fd;
    this.record = record;
    this.gfid = record.gfid;
    this.size = record.size;
    this.hasBasis = record.basis !== null;
    this.#basisSize = basisSize;
    this.#pages = new WrittenPages(fd);
    this.#next = resumed?.next ?? 0n;
    this.#leaves = resumed?.leaves ?? 0;
    if (resumed === null && basisSize > 0n && basisSize !== this.size) truncate(fd, this.size);
    // The last leaf of what was cut is another one than the basis had.
    const isCut = resumed === null && this.size < basisSize && this.size % LEAF !== 0n;
    this.#cutLeaf = isCut ? Number(this.size / LEAF) : -1;
  }

  /** For the log: where to go on after a restart. */
  get position(): { readonly gfid: Gfid; readonly next: bigint; readonly leaves: number } {
    return { gfid: this.gfid, next: this.#next, leaves: this.#leaves };
  }

  /** True while leaves with new bytes wait for their digests. */
  get lacksDigests(): boolean {
    return this.#touched.length > 0;
  }

  /** The memory of what was written last is about to go. */
  forgetBytes(): void {
    if (this.#run !== null && this.#run.bytes !== null)
      this.#run = { ...this.#run, end: this.#run.offset };
  }

  write(offset: bigint, bytes: Uint8Array): void {
    const end = this.#advance(offset, BigInt(bytes.length));
    writeAt(this.fd, bytes, 0, bytes.length, offset);
    this.#run = { offset, end, bytes };
    this.#pages.wrote(offset, end);
  }

  hole(offset: bigint, length: bigint): void {
    const end = this.#advance(offset, length);
    // A file without a basis has no bytes here yet.
    if (this.hasBasis && offset < this.#basisSize && !punchHole(this.fd, offset, length)) {
      this.#writeZeros(offset, end);
    }
    this.#run = { offset, end, bytes: null };
  }

  /** Checks what the leaves from `first` on hold. Throws CorruptContent. */
  leaves(first: number, digests: readonly (Uint8Array | null)[]): void {
    if (!this.hasBasis && first !== this.#leaves) throw this.#wrong('leaf digests out of order');
    const end = first + digests.length;
    if (BigInt(end - 1) * LEAF >= this.size) throw this.#wrong('a leaf digest beyond its end');
    for (const [index, digest] of digests.entries()) this.#check(first + index, digest);
    this.#leaves = end;
    if (this.#cutLeaf < end) this.#cutLeaf = -1;
    for (let range = this.#touched[0]; range !== undefined; range = this.#touched[0]) {
      if (range.from < first) throw this.#wrong('a missing leaf digest');
      if (range.from >= end) return;
      range.from = Math.min(range.to, end);
      if (range.from < range.to) return;
      this.#touched.shift();
    }
  }

  /** Checks that nothing is missing, and gives the file its size. */
  finish(): void {
    if (max(this.#next, this.#basisSize) < this.size) throw this.#wrong('missing bytes');
    if (this.#touched.length > 0 || this.#cutLeaf >= 0) throw this.#wrong('a missing leaf digest');
    const leaves = Number((this.size + LEAF - 1n) / LEAF);
    if (!this.hasBasis && this.#leaves !== leaves) throw this.#wrong('missing leaf digests');
    const endsInHole = this.#run !== null && this.#run.bytes === null;
    if (!this.hasBasis && (endsInHole || this.#run === null) && this.size > 0n) {
      truncate(this.fd, this.size);
    }
  }

  close(): void {
    close(this.fd);
  }

  #advance(offset: bigint, length: bigint): bigint {
    const end = offset + length;
    if (offset < this.#next || length < 1n) throw this.#wrong('ranges that do not ascend');
    if (end > this.size) throw this.#wrong('bytes beyond its end');
    if (offset > max(this.#next, this.#basisSize)) throw this.#wrong('missing bytes');
    this.#next = end;
    if (this.hasBasis) this.#touch(Number(offset / LEAF), Number((end + LEAF - 1n) / LEAF));
    return end;
  }

  #touch(from: number, to: number): void {
    const last = this.#touched.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else this.#touched.push({ from, to });
  }

  #check(leaf: number, digest: Uint8Array | null): void {
    const start = BigInt(leaf) * LEAF;
    const end = min(start + LEAF, this.size);
    const run = this.#run;
    const inRun = run !== null && run.offset <= start && end <= run.end;
    if (inRun && run.bytes === null) {
      if (digest !== null && !this.#isDigestOfZeros(digest, Number(end - start))) this.#corrupt();
      return;
    }
    const bytes =
      inRun && run.bytes !== null
        ? run.bytes.subarray(Number(start - run.offset), Number(end - run.offset))
        : this.#readLeaf(start, Number(end - start));
    const matches =
      digest === null
        ? ZEROS.compare(bytes, 0, bytes.length, 0, bytes.length) === 0
        : blake3(bytes).compare(digest) === 0;
    if (!matches) this.#corrupt();
  }

  #isDigestOfZeros(digest: Uint8Array, length: number): boolean {
    return blake3(ZEROS.subarray(0, length)).compare(digest) === 0;
  }

  /** Also a last leaf whose hole has not been made yet by giving the file its size. */
  #readLeaf(start: bigint, length: number): Uint8Array {
    const got = readAt(this.fd, READ, 0, length, start);
    READ.fill(0, got, length);
    return READ.subarray(0, length);
  }

  #writeZeros(from: bigint, end: bigint): void {
    for (let at = from; at < end; at += LEAF) {
      writeAt(this.fd, ZEROS, 0, Number(min(LEAF, end - at)), at);
    }
  }

  #corrupt(): never {
    throw new CorruptContent(
      'the bytes that were received do not have the digest they should have',
    );
  }

  #wrong(what: string): DmError {
    return new DmError('protocol_error', `change stream: file ${this.gfid} has ${what}`);
  }
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
