import { readU32 } from '../util/binary.js';
import type { Mutation } from './map-types.js';
import { DELETED, RECORD_HEADER, type RecordArena } from './record-arena.js';
import { sortRecords } from './sort-records.js';

/** Records in ascending order of keys, each key once. */
export interface RecordStream {
  /** Goes to the next record; false at the end. */
  next(): boolean;
  /** Memory that holds the current record, and where it begins there. */
  readonly bytes: Buffer;
  readonly start: number;
}

/** Order of the keys of the current records. */
export function compareStreams(a: RecordStream, b: RecordStream): number {
  const { bytes, start } = a;
  const { bytes: otherBytes, start: otherStart } = b;
  const length = readU32(bytes, start);
  const otherLength = readU32(otherBytes, otherStart);
  const common = RECORD_HEADER + Math.min(length, otherLength);
  for (let i = RECORD_HEADER; i < common; i++) {
    const difference = (bytes[start + i] as number) - (otherBytes[otherStart + i] as number);
    if (difference !== 0) return difference;
  }
  return length - otherLength;
}

/** The current record as a mutation: views into the stream's memory. */
export function mutationOf({ bytes, start }: RecordStream): Mutation {
  const keyStart = start + RECORD_HEADER;
  const keyEnd = keyStart + readU32(bytes, start);
  const valueLength = readU32(bytes, start + 4);
  const key = bytes.subarray(keyStart, keyEnd);
  const value = valueLength === DELETED ? null : bytes.subarray(keyEnd, keyEnd + valueLength);
  return { key, value };
}

/** The records of an arena, sorted; the last one added wins among equal keys. */
export class ArenaStream implements RecordStream {
  readonly #arena: RecordArena;
  readonly #order: Uint32Array;
  #index = 0;
  readonly start = 0;
  bytes: Buffer = Buffer.alloc(0);

  constructor(arena: RecordArena) {
    this.#arena = arena;
    this.#order = sortRecords(arena);
  }

  next(): boolean {
    if (this.#index >= this.#order.length) return false;
    let record = this.#order[this.#index++] as number;
    while (this.#index < this.#order.length) {
      const following = this.#order[this.#index] as number;
      if (this.#arena.compare(record, following, 0) !== 0) break;
      record = following;
      this.#index++;
    }
    this.bytes = this.#arena.record(record);
    return true;
  }
}

/** Many streams as one. Among equal keys the stream that comes last in `streams` wins. */
export class MergedStream implements RecordStream {
  /** A heap: the stream with the lowest key first, the winner first among equal keys. */
  readonly #heap: { stream: RecordStream; rank: number }[] = [];
  #started = false;
  bytes: Buffer = Buffer.alloc(0);
  start = 0;

  constructor(streams: readonly RecordStream[]) {
    streams.forEach((stream, rank) => {
      if (stream.next()) this.#heap.push({ stream, rank });
    });
    for (let i = (this.#heap.length >> 1) - 1; i >= 0; i--) this.#sink(i);
  }

  next(): boolean {
    if (this.#started) this.#passTop();
    this.#started = true;
    const top = this.#heap[0];
    if (top === undefined) return false;
    this.bytes = top.stream.bytes;
    this.start = top.stream.start;
    return true;
  }

  /** Leaves the record given out last, and those with the same key in other streams. */
  #passTop(): void {
    const passed = { bytes: this.bytes, start: this.start, next: () => false };
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (compareStreams(passed, top.stream) !== 0) return;
      if (!top.stream.next()) {
        const last = this.#heap.pop();
        if (last === undefined || this.#heap.length === 0) return;
        this.#heap[0] = last;
      }
      this.#sink(0);
    }
  }

  #sink(from: number): void {
    const heap = this.#heap;
    let at = from;
    for (;;) {
      let least = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < heap.length; child++) {
        if (this.#before(child, least)) least = child;
      }
      if (least === at) return;
      const moved = heap[at];
      const risen = heap[least];
      if (moved === undefined || risen === undefined) return;
      heap[at] = risen;
      heap[least] = moved;
      at = least;
    }
  }

  #before(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined) return false;
    const order = compareStreams(first.stream, second.stream);
    return order < 0 || (order === 0 && first.rank > second.rank);
  }
}
