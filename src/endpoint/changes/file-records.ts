import { DmError } from '../../model/error.js';
import type { Gfid } from '../../model/ids.js';
import { type FileRecord, LEAF_BYTES } from '../change-payload.js';
import type { BatchWriter } from './batch-writer.js';
import { encodeToken } from './change-token.js';

/** Leaf numbers are 32 bits wide in the content map. */
const MAX_FILE_BYTES = 2 ** 32 * LEAF_BYTES;

/** Bytes [start, end) of a file that are not as in its basis: data, or a hole. */
export interface ChangedRange {
  readonly start: number;
  readonly end: number;
  readonly data: boolean;
}

/** A leaf on its way. */
export interface SentLeaf {
  readonly number: number;
  /** Null: nothing but zeros, sent as a hole. */
  readonly digest: Uint8Array | null;
  /** Ascending, inside the leaf. */
  readonly ranges: readonly ChangedRange[];
}

/** Part of a file with its changed leaves. */
export interface FileChunk {
  readonly start: number;
  readonly end: number;
  /** Content from `start` on, right where a leaf has a range of data. */
  readonly bytes: Buffer;
}

/** Writes the records of one file after the other into the batches of a lane. */
export class FileRecords {
  readonly #lanes: number;
  readonly #batch: BatchWriter;
  /** Where the records of the current file begin in the current batch. */
  #mark = 0;
  #counted = 0;

  constructor(options: { lanes: number }, modules: { batch: BatchWriter }) {
    this.#lanes = options.lanes;
    this.#batch = modules.batch;
  }

  /** To be called before anything of a file is done that may fail. */
  begin(): void {
    this.#mark = this.#batch.payload.mark();
    this.#counted = 0;
  }

  /** The file's record, for what follows from `from` on. */
  open(record: Omit<FileRecord, 'continued'>, from: number): void {
    if (record.size > BigInt(MAX_FILE_BYTES)) {
      throw new DmError(
        'not_supported',
        `a file of ${record.size} bytes is larger than 256 TiB; leave it out`,
      );
    }
    this.#counted = from;
    this.#batch.payload.file({ ...record, continued: from > 0 });
  }

  /** The changed leaves of the next part of the file. Batches that are full are sent on the way. */
  async write(
    record: Omit<FileRecord, 'continued'>,
    chunk: FileChunk,
    leaves: readonly SentLeaf[],
  ): Promise<void> {
    const batch = this.#batch;
    for (let first = 0; first < leaves.length; ) {
      if (batch.payload.full) {
        const offset = (leaves[first]?.number ?? 0) * LEAF_BYTES;
        this.#count(offset);
        await batch.flush(encodeToken(this.#lanes, { gfid: record.gfid, offset }));
        this.#mark = batch.payload.mark();
        batch.payload.file({ ...record, continued: true });
      }
      const next = this.#fitting(leaves, first);
      this.#writeLeaves(chunk, leaves.slice(first, next));
      first = next;
    }
    this.#count(chunk.end);
  }

  async end({ gfid, size }: Pick<FileRecord, 'gfid' | 'size'>): Promise<void> {
    this.#batch.payload.end();
    this.#batch.count(1, Number(size) - this.#counted);
    await this.#finish(gfid);
  }

  /** Ends a file with a failure record in place of what the current batch has of it. */
  async fail(gfid: Gfid, error: DmError): Promise<void> {
    this.#batch.payload.rewind(this.#mark);
    this.#batch.payload.failure(gfid, error.code, error.message);
    this.#batch.count(1, 0);
    await this.#finish(gfid);
  }

  async #finish(gfid: Gfid): Promise<void> {
    if (!this.#batch.payload.full) return;
    await this.#batch.flush(encodeToken(this.#lanes, { gfid, offset: null }));
  }

  #count(offset: number): void {
    this.#batch.count(0, offset - this.#counted);
    this.#counted = offset;
  }

  /** Index behind the leaves from `first` on that still fit the batch; one at least. */
  #fitting(leaves: readonly SentLeaf[], first: number): number {
    let room = this.#batch.roomInLeaves;
    let next = first;
    while (next < leaves.length) {
      if (leaves[next]?.ranges.some(({ data }) => data)) room--;
      if (room < 0) break;
      next++;
    }
    return Math.max(next, first + 1);
  }

  #writeLeaves(chunk: FileChunk, leaves: readonly SentLeaf[]): void {
    const { payload } = this.#batch;
    for (const { start, end, data } of joined(leaves.flatMap(({ ranges }) => ranges))) {
      if (!data) payload.hole(BigInt(start), BigInt(end - start));
      else {
        const region = payload.data(BigInt(start), end - start);
        this.#batch.countChanged(end - start);
        chunk.bytes.copy(region, 0, start - chunk.start, end - chunk.start);
      }
    }
    for (let first = 0; first < leaves.length; ) {
      const number = leaves[first]?.number ?? 0;
      let next = first + 1;
      while (leaves[next]?.number === number + next - first) next++;
      const digests = leaves.slice(first, next).map(({ digest }) => digest);
      payload.leaves(number, digests);
      first = next;
    }
  }
}

/** Joins ranges of a kind that touch. */
function* joined(ranges: readonly ChangedRange[]): Generator<ChangedRange, void> {
  let last: ChangedRange | undefined;
  for (const range of ranges) {
    if (last?.end === range.start && last.data === range.data) {
      last = { start: last.start, end: range.end, data: range.data };
    } else {
      if (last !== undefined) yield last;
      last = range;
    }
  }
  if (last !== undefined) yield last;
}
