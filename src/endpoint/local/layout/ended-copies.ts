import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { writeDurably } from '../../../util/durable-file.js';
import {
  type DatasetRecord,
  parseDatasetRecord,
  serialiseDatasetRecord,
} from './dataset-record.js';
import { openRecord, sealRecord } from './sealed-record.js';

/** A job that was interrupted for longer than that is told that its target is not empty. */
const KEPT_MS = 30 * 86_400_000;

/** Which copy it was. */
export interface CopyKey {
  readonly owner: string;
  /** As the owner names its job. */
  readonly job: string;
  /** Absolute path of the target. */
  readonly path: Uint8Array;
}

/**
 * Copies that ended here and left no dataset, for as long as somebody may not have heard of it: by its note the
 * next attempt of an interrupted job finds out that nothing is left to do. Files of `.datamover/ended`.
 */
export class EndedCopies {
  readonly #directory: string;

  /** `privateFd`: the root's `.datamover`, held by the caller. */
  constructor(options: { readonly privateFd: number }) {
    this.#directory = `/proc/self/fd/${options.privateFd}/ended`;
  }

  /** Durable when it returns. */
  note(key: CopyKey, record: DatasetRecord): void {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    writeDurably(this.#directory, fileOf(key), sealRecord(serialiseDatasetRecord(record)));
  }

  /** What the copy would have kept as a dataset; null when it has not ended here. Throws `corrupt`. */
  find(key: CopyKey): DatasetRecord | null {
    const path = `${this.#directory}/${fileOf(key)}`;
    try {
      return parseDatasetRecord(openRecord(readFileSync(path, 'utf8'), path), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** Removes the notes that nobody will ask for. */
  forgetOld(nowMs: number): void {
    for (const name of this.#names()) {
      const path = `${this.#directory}/${name}`;
      const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: nowMs };
      if (mtimeMs < nowMs - KEPT_MS) rmSync(path, { force: true });
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

function fileOf({ owner, job, path }: CopyKey): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([owner, job]))
    .update(path);
  return `${hash.digest('hex').slice(0, 32)}.json`;
}
