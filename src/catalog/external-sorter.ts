import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Mutation } from './map-types.js';
import { RecordArena } from './record-arena.js';
import { ArenaStream, MergedStream, mutationOf, type RecordStream } from './record-stream.js';
import { MAX_SORTED_RECORDS } from './sort-records.js';
import { deleteRun, RunStream, type SortedRun, writeRun } from './sorted-run.js';

const DEFAULT_BYTES = 16 * 1024 * 1024;
/** More runs than this are merged into one: each costs a read buffer and a descriptor. */
const MAX_RUNS = 64;
const BATCH = 256;

export interface ExternalSorterOptions {
  /** Existing directory for temporary files; their names begin with `sort-`. */
  readonly directory: string;
  /** Records kept in memory before they are written out; 16 MiB unless given. */
  readonly memoryBytes?: number;
}

/**
 * Sorts any number of mutations by key in bounded memory. Of those with equal keys only the one
 * added last comes out. File access is synchronous: use it in a worker, or for little. Not to be
 * used again after `sorted` has begun. Always dispose it: that deletes its files.
 */
export class ExternalSorter implements Disposable {
  readonly #options: ExternalSorterOptions;
  readonly #arena: RecordArena;
  readonly #name = `sort-${randomBytes(8).toString('hex')}`;
  #runs: SortedRun[] = [];
  #made = 0;
  #open: RunStream[] = [];

  constructor(options: ExternalSorterOptions) {
    this.#options = options;
    this.#arena = new RecordArena(options.memoryBytes ?? DEFAULT_BYTES, MAX_SORTED_RECORDS);
  }

  /** Copies both. A null value stands for a deletion and is sorted like any other. */
  add(key: Uint8Array, value: Uint8Array | null): void {
    if (this.#arena.add(key, value)) return;
    this.#spill();
    this.#arena.add(key, value);
  }

  /**
   * Everything in ascending order, in batches that are never empty;
   * views that stay valid until disposal.
   */
  async *sorted(signal?: AbortSignal): AsyncGenerator<Mutation[], void> {
    const stream = this.#merge([new ArenaStream(this.#arena)]);
    let batch: Mutation[] = [];
    while (stream.next()) {
      batch.push(mutationOf(stream));
      if (batch.length < BATCH) continue;
      signal?.throwIfAborted();
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  [Symbol.dispose](): void {
    this.#dropRuns();
    this.#arena.release();
  }

  #spill(): void {
    this.#runs.push(writeRun(this.#nextPath(), new ArenaStream(this.#arena)));
    this.#arena.clear();
    if (this.#runs.length < MAX_RUNS) return;
    const merged = this.#merge([]);
    const run = writeRun(this.#nextPath(), merged);
    this.#dropRuns();
    this.#runs = [run];
  }

  #nextPath(): string {
    return join(this.#options.directory, `${this.#name}-${this.#made++}`);
  }

  /** The runs in the order they were written, and `newer` streams, as one. */
  #merge(newer: readonly RecordStream[]): RecordStream {
    this.#open = this.#runs.map((run) => new RunStream(run));
    const [only, ...others] = [...this.#open, ...newer];
    return only !== undefined && others.length === 0
      ? only
      : new MergedStream([...this.#open, ...newer]);
  }

  #dropRuns(): void {
    for (const stream of this.#open) stream.close();
    for (const run of this.#runs) deleteRun(run);
    this.#open = [];
    this.#runs = [];
  }
}
