import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parsePackId } from '../catalog/page-store.js';
import { IndexRunReader } from './index-run-reader.js';
import { IndexRunWriter } from './index-run-writer.js';
import { newObjectPackId } from './object-pack-format.js';
import type { PackSet } from './pack-set.js';
import type { RepositoryKeys } from './repository-keys.js';
import { SegmentTable } from './segment-table.js';
import type { SegmentLocation } from './segments-map.js';

const RUN_NAME = /^[0-9a-f]{32}$/;

export interface SegmentIndexOptions {
  /** Local copies of the repository's index runs. */
  readonly runs: string;
  /**
   * Runs of this backup: what no longer fitted the table. Their packs
   * are those of the backup itself.
   */
  readonly sessionRuns: string;
  readonly table: SharedArrayBuffer;
  /**
   * Packs of earlier backups that may be referred to: a prune deletes
   * packs that an index still names.
   */
  readonly usable: PackSet;
}

/**
 * Which segments are stored already: what earlier backups stored, and what
 * this one has, in any of its threads.
 */
export class SegmentIndex implements Disposable {
  readonly #options: SegmentIndexOptions;
  readonly #keys: RepositoryKeys;
  readonly #table: SegmentTable;
  readonly #runs: IndexRunReader[];
  #sessionRuns: IndexRunReader[] = [];
  #generation = -1;

  constructor(options: SegmentIndexOptions, modules: { keys: RepositoryKeys }) {
    this.#options = options;
    this.#keys = modules.keys;
    this.#table = new SegmentTable(options.table);
    this.#runs = openRuns(options.runs);
  }

  /** Null when the segment is not stored, or only where it must not be referred to. */
  find(digest: Uint8Array): SegmentLocation | null {
    const recent = this.#table.find(digest);
    if (recent !== null) return recent;
    if (this.#generation !== this.#table.generation) this.#openSessionRuns();
    for (const run of this.#sessionRuns) {
      const found = run.find(digest);
      if (found !== null) return found;
    }
    for (const run of this.#runs) {
      const found = run.find(digest);
      if (found !== null && this.#options.usable.has(found.pack)) return found;
    }
    return null;
  }

  add(digest: Uint8Array, location: SegmentLocation): void {
    while (!this.#table.add(digest, location)) this.#spill(this.#table.generation);
  }

  [Symbol.dispose](): void {
    for (const run of [...this.#runs, ...this.#sessionRuns]) run[Symbol.dispose]();
  }

  #spill(generation: number): void {
    this.#table.empty(generation, (entries) => {
      const id = newObjectPackId();
      const path = join(this.#options.sessionRuns, id);
      using writer = new IndexRunWriter({ path, id }, { keys: this.#keys });
      for (const { digest, location } of entries) writer.add(digest, location);
      writer.finish();
    });
  }

  #openSessionRuns(): void {
    this.#generation = this.#table.generation;
    for (const run of this.#sessionRuns) run[Symbol.dispose]();
    this.#sessionRuns = openRuns(this.#options.sessionRuns);
  }
}

function openRuns(directory: string): IndexRunReader[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => RUN_NAME.test(name))
    .map((name) => IndexRunReader.open(join(directory, name), parsePackId(name)));
}
