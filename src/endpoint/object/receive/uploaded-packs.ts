import { appendFileSync, readFileSync } from 'node:fs';
import { type PackId, parsePackId } from '../../../catalog/page-store.js';
import type { WorkDirectory } from './work-directory.js';

/** Id, length, and until when it is locked. */
const LINE = /^([0-9a-f]{32}) ([0-9]{1,12}) ([0-9]{1,16})$/;

interface UploadedPack {
  readonly length: number;
  readonly lockedUntilMs: number;
}

/** Packs of a session that are in the store. A line that a crash cut off does not count. */
export class UploadedPacks {
  readonly #path: string;
  readonly #packs = new Map<PackId, UploadedPack>();

  constructor(work: WorkDirectory) {
    this.#path = work.uploaded;
    for (const line of readLines(this.#path)) {
      const match = LINE.exec(line);
      if (match?.[1] === undefined) continue;
      const pack = { length: Number(match[2]), lockedUntilMs: Number(match[3]) };
      this.#packs.set(parsePackId(match[1]), pack);
    }
  }

  has(pack: PackId): boolean {
    return this.#packs.has(pack);
  }

  /** Bytes in all of them. */
  get bytes(): number {
    let sum = 0;
    for (const { length } of this.#packs.values()) sum += length;
    return sum;
  }

  /** Until when a pack was locked when it was put; 0: not at all, or not put by this session. */
  lockedUntilMs(pack: PackId): number {
    return this.#packs.get(pack)?.lockedUntilMs ?? 0;
  }

  add(pack: PackId, { length, lockedUntilMs }: UploadedPack): void {
    appendFileSync(this.#path, `\n${pack} ${length} ${lockedUntilMs}\n`, { mode: 0o600 });
    this.#packs.set(pack, { length, lockedUntilMs });
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
