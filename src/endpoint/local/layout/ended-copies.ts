import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import type { DatasetId } from '../../../model/ids.js';
import { syncDirectory, writeDurably } from '../../../util/durable-file.js';
import { type DatasetRecord, serialiseDatasetRecord } from './dataset-record.js';
import { sealRecord } from './sealed-record.js';
import { readRecord } from './tree-directory.js';

/** A job that was interrupted for longer than that is told that its target is not empty. */
const KEPT_MS = 30 * 86_400_000;

/** Which copy it was: a job whose policy was changed since its last attempt does another one. */
export interface CopyKey {
  readonly owner: string;
  /** As the owner names its job. */
  readonly job: string;
  /** Absolute path of the target. */
  readonly path: Uint8Array;
  /** Id of what is copied. */
  readonly dataset: DatasetId;
  readonly subpaths: readonly Uint8Array[];
  /** Both as in the session's record. */
  readonly existing: string | null;
  readonly metadata: boolean;
}

/**
 * Copies that ended here and left no dataset, for as long as somebody may not have heard of it: by its note the
 * next attempt of an interrupted job finds out that nothing is left to do. Files of `.datamover/ended`.
 */
export class EndedCopies {
  readonly #private: string;
  readonly #directory: string;

  /** `privateFd`: the root's `.datamover`, held by the caller. */
  constructor(options: { readonly privateFd: number }) {
    this.#private = `/proc/self/fd/${options.privateFd}`;
    this.#directory = `${this.#private}/ended`;
  }

  /** Durable when it returns. */
  note(key: CopyKey, record: DatasetRecord): void {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    syncDirectory(this.#private);
    writeDurably(this.#directory, fileOf(key), sealRecord(serialiseDatasetRecord(record)));
  }

  /** What the copy would have kept as a dataset; null when it has not ended here. Throws `corrupt`. */
  find(key: CopyKey): DatasetRecord | null {
    return readRecord(`${this.#directory}/${fileOf(key)}`, key.dataset);
  }

  /** Removes the notes that nobody will ask for; those of a read-only root stay. */
  forgetOld(nowMs: number): void {
    for (const name of this.#names()) {
      const path = `${this.#directory}/${name}`;
      const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: nowMs };
      if (mtimeMs >= nowMs - KEPT_MS) continue;
      try {
        rmSync(path, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EROFS') throw error;
      }
    }
  }

  #names(): string[] {
    try {
      return readdirSync(this.#directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }
}

function fileOf({ owner, job, path, dataset, subpaths, existing, metadata }: CopyKey): string {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const key = [owner, job, hex(path), dataset, subpaths.map(hex), existing, metadata];
  const hash = createHash('sha256').update(JSON.stringify(key)).digest('hex');
  return `${hash.slice(0, 32)}.json`;
}
