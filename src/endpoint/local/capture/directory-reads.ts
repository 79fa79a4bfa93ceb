import type { Gfid } from '../../../model/ids.js';
import { ALWAYS } from './scan-events.js';
import { U64Map } from './u64-map.js';

/** What the base of the tree is seen in. */
export const SEEN_IN_NOTHING = 0;
const VOID = 0xfffffffe;
const FEW = 1024;

/**
 * Which read of each directory counts. A directory that changes during a scan is read again; what an older
 * read noted is then no longer true, and is recognised by the number it carries. Nor is it when the directory that it
 * was seen in has been read again without it: a read counts as long as all those above it do.
 */
export class DirectoryReads {
  readonly #last = new U64Map();
  /** By the number of a read: which read of the directory above has led to it. */
  #seenIn = new Uint32Array(FEW);
  #next = 1;

  /** Begins a read of what the read `seenIn` of another has named; what earlier reads of the directory noted becomes invalid. */
  begin(directory: Gfid, seenIn: number): number {
    this.drop(directory);
    const read = this.#next++;
    this.#last.set(directory, BigInt(read));
    if (read >= this.#seenIn.length) {
      const grown = new Uint32Array(this.#seenIn.length * 2);
      grown.set(this.#seenIn);
      this.#seenIn = grown;
    }
    this.#seenIn[read] = seenIn;
    return read;
  }

  isValid(directory: Gfid, read: number): boolean {
    if (read === ALWAYS) return true;
    return this.#last.get(directory) === BigInt(read) && this.#leadsToBase(read);
  }

  /** A later read of the directory above, `seenIn`, names it too. */
  confirm(read: number, seenIn: number): void {
    if (this.#seenIn[read] !== VOID) this.#seenIn[read] = seenIn;
  }

  /** The directory is no longer where that read saw it: unless it was read elsewhere since, nothing of it counts. */
  lose(directory: Gfid, read: number): void {
    if (this.#last.get(directory) === BigInt(read)) this.drop(directory);
  }

  /** The directory is gone: nothing noted about its entries counts. */
  drop(directory: Gfid): void {
    const last = this.#last.get(directory);
    if (last === undefined) return;
    if (Number(last) !== VOID) this.#seenIn[Number(last)] = VOID;
    this.#last.set(directory, BigInt(VOID));
  }

  #leadsToBase(read: number): boolean {
    let at = read;
    // Directories that were seen in one another, each at its time, lead nowhere.
    for (let steps = 0; steps < this.#next; steps++) {
      if (at === SEEN_IN_NOTHING || at === ALWAYS) return true;
      if (at === VOID) return false;
      at = this.#seenIn[at] ?? VOID;
    }
    return false;
  }
}
