import type { Gfid } from '../../../model/ids.js';
import { ALWAYS } from './scan-events.js';
import { U64Map } from './u64-map.js';

const VOID = 0xfffffffen;

/**
 * Which read of each directory counts. A directory that changes during a scan is read again; what an older
 * read noted is then no longer true, and is recognised by the number it carries.
 */
export class DirectoryReads {
  readonly #last = new U64Map();
  #next = 1;

  /** Begins a read; what earlier reads of the directory noted becomes invalid. */
  begin(directory: Gfid): number {
    const read = this.#next++;
    this.#last.set(directory, BigInt(read));
    return read;
  }

  isValid(directory: Gfid, read: number): boolean {
    return read === ALWAYS || this.#last.get(directory) === BigInt(read);
  }

  /** The directory is no longer where that read saw it: unless it was read elsewhere since, nothing of it counts. */
  lose(directory: Gfid, read: number): void {
    if (this.isValid(directory, read)) this.#last.set(directory, VOID);
  }

  /** The directory is gone: nothing noted about its entries counts. */
  drop(directory: Gfid): void {
    this.#last.set(directory, VOID);
  }
}
