const WINDOW = 4;
const SLOTS = 65_536;

/**
 * Tells at about the same cost for few and for many byte strings whether some bytes may hold one of
 * them. A string that lies in them covers one of the places that are looked at, whatever its own.
 */
export class ManyNeedles {
  readonly #needles: Buffer[] = [];
  /** Every four bytes of a needle that can lie at a place that is looked at. */
  #windows = new Set<number>();
  #slots = new Uint8Array(SLOTS);
  #stride = 0;

  add(needle: Uint8Array): void {
    this.#needles.push(Buffer.from(needle));
    const shortest = Math.min(...this.#needles.map(({ length }) => length));
    this.#stride = Math.max(1, shortest - WINDOW + 1);
    this.#windows = new Set();
    this.#slots = new Uint8Array(SLOTS);
    for (const one of this.#needles) {
      for (let at = 0; at < this.#stride && at + WINDOW <= one.length; at++) {
        const window = one.readUInt32LE(at);
        this.#windows.add(window);
        this.#slots[slotOf(window)] = 1;
      }
    }
  }

  /** False: none of them is there. Needles of less than four bytes may always be there. */
  mayBeIn(bytes: Buffer): boolean {
    if (this.#needles.some(({ length }) => length < WINDOW)) return true;
    if (this.#needles.length === 0) return false;
    for (let at = 0; at + WINDOW <= bytes.length; at += this.#stride) {
      const window = bytes.readUInt32LE(at);
      if (this.#slots[slotOf(window)] === 1 && this.#windows.has(window)) return true;
    }
    return false;
  }
}

function slotOf(window: number): number {
  return (window ^ (window >>> 16)) & (SLOTS - 1);
}
