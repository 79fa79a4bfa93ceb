import type { EntryFailure } from '../../endpoint/change-stream.js';
import { ROOT_GFID } from '../../model/ids.js';

/** Of failures in one event, all well below what a message may hold. */
const BYTES_PER_EVENT = 1_048_576;
/** Of failures that wait for the asker. */
const MAX_UNREAD_BYTES = 16 * BYTES_PER_EVENT;

/**
 * Failures of a copy that its asker has not read yet, as they came. Those that do not fit are not
 * kept: one more, of the tree as a whole, tells how many they were.
 */
export class UnreadFailures {
  readonly #parts: EntryFailure[][] = [];
  /** Of the last part. */
  #bytes = BYTES_PER_EVENT;
  #total = 0;
  #left = 0;

  constructor(failures: readonly EntryFailure[]) {
    this.#add(failures);
  }

  /** Those of `later`, behind the own. */
  take(later: UnreadFailures): void {
    for (const part of later.#parts) this.#add(part);
    this.#left += later.#left;
  }

  /** In parts that each fit into one event. */
  parts(): readonly (readonly EntryFailure[])[] {
    return this.#left === 0 ? this.#parts : [...this.#parts, [untold(this.#left)]];
  }

  #add(failures: readonly EntryFailure[]): void {
    for (const failure of failures) {
      const size = sizeOf(failure);
      if (this.#left > 0 || this.#total + size > MAX_UNREAD_BYTES) this.#left++;
      else this.#keep(failure, size);
    }
  }

  #keep(failure: EntryFailure, size: number): void {
    if (this.#bytes + size > BYTES_PER_EVENT) {
      this.#parts.push([]);
      this.#bytes = 0;
    }
    this.#parts.at(-1)?.push(failure);
    this.#bytes += size;
    this.#total += size;
  }
}

/** At most, as a message holds it. */
function sizeOf({ path, code, message }: EntryFailure): number {
  return path.length + code.length + 4 * message.length + 40;
}

function untold(count: number): EntryFailure {
  const message = `at least ${count} more entries failed than could be listed; the next copy tries them again`;
  return { gfid: ROOT_GFID, path: new Uint8Array(0), code: 'partial', message };
}
