/**
 * A map that forgets what was used least recently when the weights of its values (bytes, or 1 for
 * each) add up to more than `capacity`. A value heavier than the capacity is not kept at all.
 */
export class Lru<K, V> {
  readonly #capacity: number;
  readonly #weigh: (value: V) => number;
  readonly #onEvict: ((key: K, value: V) => void) | undefined;
  readonly #values = new Map<K, V>();
  #weight = 0;

  /**
   * `onEvict` is called for values that leave by themselves, by `delete` or
   * by `clear`, not for replaced ones.
   */
  constructor(capacity: number, weigh: (value: V) => number, onEvict?: (key: K, value: V) => void) {
    this.#capacity = capacity;
    this.#weigh = weigh;
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#values.size;
  }

  get weight(): number {
    return this.#weight;
  }

  get(key: K): V | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) {
      this.#values.delete(key);
      this.#values.set(key, value);
    }
    return value;
  }

  set(key: K, value: V): void {
    const former = this.#values.get(key);
    if (former !== undefined) {
      this.#values.delete(key);
      this.#weight -= this.#weigh(former);
    }
    this.#values.set(key, value);
    this.#weight += this.#weigh(value);
    for (const oldest of this.#values.keys()) {
      if (this.#weight <= this.#capacity) break;
      this.delete(oldest);
    }
  }

  delete(key: K): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#weight -= this.#weigh(value);
    this.#onEvict?.(key, value);
  }

  clear(): void {
    for (const key of [...this.#values.keys()]) this.delete(key);
  }
}
