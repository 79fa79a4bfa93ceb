import { appendFileSync, readFileSync } from 'node:fs';
import { type PackId, parsePackId } from '../../../catalog/page-store.js';
import type { WorkDirectory } from './work-directory.js';

/** Bytes of one line: an id and its length in 10 digits, apart by a space. */
const LINE = /^([0-9a-f]{32}) ([0-9]{1,12})$/;

/** Packs of a session that are in the store, with their lengths. A line that a crash cut off does not count. */
export class UploadedPacks {
  readonly #path: string;
  readonly #packs = new Map<PackId, number>();

  constructor(work: WorkDirectory) {
    this.#path = work.uploaded;
    for (const line of readLines(this.#path)) {
      const match = LINE.exec(line);
      if (match?.[1] !== undefined) this.#packs.set(parsePackId(match[1]), Number(match[2]));
    }
  }

  has(pack: PackId): boolean {
    return this.#packs.has(pack);
  }

  /** Bytes in all of them. */
  get bytes(): number {
    let sum = 0;
    for (const length of this.#packs.values()) sum += length;
    return sum;
  }

  add(pack: PackId, length: number): void {
    appendFileSync(this.#path, `\n${pack} ${length}\n`, { mode: 0o600 });
    this.#packs.set(pack, length);
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
