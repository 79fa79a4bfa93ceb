const INITIAL_SLOTS = 1024;
const EMPTY = 0n;
const MASK_64 = (1n << 64n) - 1n;
const MULTIPLIER = 0x9e3779b97f4a7c15n;

/**
 * Unsigned 64-bit keys (not 0) to unsigned 64-bit values in 16 bytes a slot: for what has to be known
 * about every directory or every hard link of a large tree.
 */
export class U64Map {
  #keys = new BigUint64Array(INITIAL_SLOTS);
  #values = new BigUint64Array(INITIAL_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: bigint): bigint | undefined {
    const slot = this.#slotOf(key);
    return this.#keys[slot] === EMPTY ? undefined : this.#values[slot];
  }

  set(key: bigint, value: bigint): void {
    let slot = this.#slotOf(key);
    if (this.#keys[slot] === EMPTY) {
      if ((this.#size + 1) * 3 > this.#keys.length * 2) {
        this.#grow();
        slot = this.#slotOf(key);
      }
      this.#keys[slot] = key;
      this.#size++;
    }
    this.#values[slot] = value;
  }

  /** Where the key is, or where it would go. */
  #slotOf(key: bigint): number {
    const mask = this.#keys.length - 1;
    let slot = Number(((key * MULTIPLIER) & MASK_64) >> 33n) & mask;
    while (this.#keys[slot] !== EMPTY && this.#keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new BigUint64Array(keys.length * 2);
    this.#values = new BigUint64Array(keys.length * 2);
    for (const [index, key] of keys.entries()) {
      if (key === EMPTY) continue;
      const slot = this.#slotOf(key);
      this.#keys[slot] = key;
      this.#values[slot] = values[index] ?? 0n;
    }
  }
}
