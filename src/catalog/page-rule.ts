/** How one kind of map is cut into pages. */
export interface MapParams {
  /** For messages. */
  readonly name: string;
  /** Entries that a leaf holds on average. */
  readonly leafEntries: number;
}

/** Children that a page above the leaves holds on average, in every map. */
const INTERNAL_ENTRIES = 64;

/**
 * Where pages of one level end: a function of the keys alone, so that equal maps have equal pages.
 */
export class PageRule {
  readonly level: number;
  readonly least: number;
  readonly most: number;
  readonly #threshold: number;
  readonly #seed: number;

  constructor(params: MapParams, level: number) {
    const average = level === 0 ? params.leafEntries : INTERNAL_ENTRIES;
    this.level = level;
    this.least = Math.max(2, Math.floor(average / 4));
    this.most = average * 4;
    this.#threshold = Math.floor(2 ** 32 / (average - this.least));
    this.#seed = (0x811c9dc5 ^ Math.imul(level, 0x9e3779b1)) >>> 0;
  }

  /** True when a page of `count` items that ends with the key bytes[start, end) is full. */
  endsAfter(count: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (count < this.least) return false;
    return count >= this.most || hashKey(this.#seed, bytes, start, end) < this.#threshold;
  }
}

/**
 * FNV-1a from `seed`, then the finaliser of MurmurHash3: 32 bits, well spread, not cryptographic.
 */
export function hashKey(seed: number, bytes: Uint8Array, start: number, end: number): number {
  let hash = seed;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
