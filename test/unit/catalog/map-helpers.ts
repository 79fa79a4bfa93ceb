import { applyMutations } from '../../../src/catalog/apply-mutations.js';
import { diffMaps } from '../../../src/catalog/diff-maps.js';
import { MapReader } from '../../../src/catalog/map-reader.js';
import type { MapRoot } from '../../../src/catalog/map-root.js';
import type { MapChange, MapEntry, Mutation } from '../../../src/catalog/map-types.js';
import { MemoryPageStore } from '../../../src/catalog/memory-page-store.js';
import { PageReader } from '../../../src/catalog/page-reader.js';
import type { MapParams } from '../../../src/catalog/page-rule.js';
import { asBuffer, toHex } from '../../../src/util/bytes.js';

/** Small leaves: a few thousand entries make a tree of three levels. */
export const SMALL: MapParams = { name: 'test', leafEntries: 4 };

/** A store with its reader, and the plain contents of maps as sorted hex pairs. */
export class MapBench {
  readonly store = new MemoryPageStore();
  readonly pages = new PageReader({}, { source: this.store });
  readonly params: MapParams;

  constructor(params: MapParams = SMALL) {
    this.params = params;
  }

  /** `batch`: mutations per batch. */
  apply(
    base: MapRoot | null,
    mutations: readonly Mutation[],
    batch = 100,
  ): Promise<MapRoot | null> {
    return applyMutations(
      { params: this.params, base, mutations: inBatches(mutations, batch) },
      { pages: this.pages, sink: this.store },
    );
  }

  build(model: ReadonlyMap<string, string>): Promise<MapRoot | null> {
    return this.apply(null, mutationsOf(model));
  }

  read(root: MapRoot | null): Promise<string[]> {
    return readAll(new MapReader(this.pages, root).range());
  }
}

/** Sorts by key. Keys and values of the model are hex. */
export function mutationsOf(changes: ReadonlyMap<string, string | null>): Mutation[] {
  return [...changes]
    .map(([key, value]) => ({
      key: Buffer.from(key, 'hex'),
      value: value === null ? null : Buffer.from(value, 'hex'),
    }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
}

export async function* inBatches<T>(all: readonly T[], size: number): AsyncGenerator<T[], void> {
  for (let i = 0; i < all.length; i += size) yield all.slice(i, i + size);
}

export async function readAll(batches: AsyncIterable<readonly MapEntry[]>): Promise<string[]> {
  const all: string[] = [];
  for await (const batch of batches) {
    for (const { key, value } of batch) all.push(`${toHex(key)}=${toHex(value)}`);
  }
  return all;
}

export function linesOf(model: ReadonlyMap<string, string>): string[] {
  return mutationsOf(model).map(
    ({ key, value }) => `${toHex(key)}=${value === null ? '' : toHex(value)}`,
  );
}

export async function diff(
  before: { bench: MapBench; root: MapRoot | null },
  after: { bench: MapBench; root: MapRoot | null },
  from?: Uint8Array,
): Promise<MapChange[]> {
  const all: MapChange[] = [];
  const sides = {
    before: { pages: before.bench.pages, root: before.root },
    after: { pages: after.bench.pages, root: after.root },
  };
  for await (const batch of diffMaps(from === undefined ? sides : { ...sides, from })) {
    all.push(...batch);
  }
  return all;
}

/** A small seeded generator (mulberry32): numbers from 0 to below `limit`. */
export function numbers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

/**
 * Keys of several shapes: directory-like with a common start, prefixes of each other, some long.
 */
export function randomKey(random: (limit: number) => number, space: number): string {
  const number = random(space);
  const key = Buffer.alloc(8 + (number % 5));
  key.writeUInt32BE(number % 37, 4);
  key.fill(number & 0xff, 8);
  const tail = number % 11 === 0 ? Buffer.alloc(300, number) : Buffer.from(String(number));
  return asBuffer(Buffer.concat([key, tail])).toString('hex');
}

/** Mostly short, sometimes empty, sometimes long enough for a page of its own. */
export function randomValue(random: (limit: number) => number): string {
  const kind = random(60);
  if (kind === 0) return '';
  if (kind === 1) return Buffer.alloc(2049 + random(3000), random(256)).toString('hex');
  return Buffer.alloc(1 + random(20), random(256)).toString('hex');
}
