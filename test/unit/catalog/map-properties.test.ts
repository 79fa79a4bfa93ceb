import { expect } from 'chai';
import fc from 'fast-check';
import { MapReader } from '../../../src/catalog/map-reader.js';
import type { MapRoot } from '../../../src/catalog/map-root.js';
import { toHex } from '../../../src/util/bytes.js';
import {
  diff,
  linesOf,
  MapBench,
  mutationsOf,
  numbers,
  randomKey,
  randomValue,
  readAll,
} from './map-helpers.js';

type Model = Map<string, string>;

function grow(random: (limit: number) => number, size: number): Model {
  const model: Model = new Map();
  for (let i = 0; i < size; i++) model.set(randomKey(random, size * 2), randomValue(random));
  return model;
}

/** Sets and deletes: here and there, or everything in one stretch. */
function mutate(random: (limit: number) => number, model: Model): Map<string, string | null> {
  const changes = new Map<string, string | null>();
  const keys = [...model.keys()].sort();
  if (random(3) === 0 && keys.length > 0) {
    const start = random(2) === 0 ? 0 : random(keys.length);
    for (const key of keys.slice(start, start + random(keys.length + 1))) changes.set(key, null);
  }
  for (let i = random(40); i > 0; i--) {
    changes.set(randomKey(random, 4000), random(3) === 0 ? null : randomValue(random));
  }
  for (let i = random(10); i > 0 && keys.length > 0; i--) {
    changes.set(keys[random(keys.length)] ?? '00', random(2) === 0 ? null : randomValue(random));
  }
  return changes;
}

function applyTo(model: Model, changes: ReadonlyMap<string, string | null>): void {
  for (const [key, value] of changes) {
    if (value === null) model.delete(key);
    else model.set(key, value);
  }
}

/** Digest, count and height: all that a record says of a map but where it lies. */
function identity(root: MapRoot | null): unknown {
  return root === null ? null : { ...root, locator: null };
}

const sizes = fc.constantFrom(0, 1, 5, 60, 700, 2500);
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

describe('catalog maps: properties', () => {
  it('any sequence of mutations gives the root that a build from the contents gives', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, sizes, async (seed, size) => {
        const random = numbers(seed);
        const bench = new MapBench();
        const model = grow(random, size);
        let root = await bench.build(model);
        for (let round = 0; round < 5; round++) {
          const changes = mutate(random, model);
          applyTo(model, changes);
          root = await bench.apply(root, mutationsOf(changes), 1 + random(20));
          const scratch = await new MapBench().build(model);
          expect(identity(root)).to.deep.equal(identity(scratch));
          expect(root?.count ?? 0).to.equal(model.size);
        }
        expect(await bench.read(root)).to.deep.equal(linesOf(model));
      }),
      { numRuns: 40 },
    );
  });

  it('a difference applied to the first map gives the second, and names nothing that is equal', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, sizes, fc.boolean(), async (seed, size, related) => {
        const random = numbers(seed);
        const model = grow(random, size);
        const left = { bench: new MapBench(), root: null as MapRoot | null };
        left.root = await left.bench.build(model);
        const other = related ? new Map(model) : grow(random, random(400));
        for (let i = 0; i < 3; i++) applyTo(other, mutate(random, other));
        const right = { bench: new MapBench(), root: null as MapRoot | null };
        right.root = await right.bench.build(other);
        const changes = await diff(left, right);
        for (const { key, before, after } of changes) {
          const name = toHex(key);
          expect(before && toHex(before)).to.equal(model.get(name) ?? null);
          expect(after && toHex(after)).to.equal(other.get(name) ?? null);
          expect(model.get(name)).to.not.equal(other.get(name));
        }
        const mutations = changes.map(({ key, after }) => ({ key, value: after }));
        const applied = await left.bench.apply(left.root, mutations);
        expect(identity(applied)).to.deep.equal(identity(right.root));
        const from = Buffer.from(randomKey(random, 4000), 'hex');
        const late = changes.filter(({ key }) => Buffer.compare(key, from) >= 0);
        expect(await diff(left, right, from)).to.deep.equal(late);
      }),
      { numRuns: 40 },
    );
  });

  it('get, has and ranges agree with a sorted list', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, sizes, async (seed, size) => {
        const random = numbers(seed);
        const model = grow(random, size);
        const bench = new MapBench();
        const reader = new MapReader(bench.pages, await bench.build(model));
        for (let i = 0; i < 50; i++) {
          const key = randomKey(random, size * 3 + 1);
          const value = await reader.get(Buffer.from(key, 'hex'));
          expect(value && toHex(value)).to.equal(model.get(key) ?? null);
          expect(await reader.has(Buffer.from(key, 'hex'))).to.equal(model.has(key));
        }
        const lines = linesOf(model);
        const [from, to] = [randomKey(random, 4000), randomKey(random, 4000)];
        const prefix = randomKey(random, 4000).slice(0, 2 * random(12));
        const keyOf = (line: string) => line.slice(0, line.indexOf('='));
        const range = { from: Buffer.from(from, 'hex'), to: Buffer.from(to, 'hex') };
        expect(await readAll(reader.range(range))).to.deep.equal(
          lines.filter((line) => keyOf(line) >= from && keyOf(line) < to),
        );
        const resumed = { prefix: Buffer.from(prefix, 'hex'), after: Buffer.from(from, 'hex') };
        expect(await readAll(reader.range(resumed))).to.deep.equal(
          lines.filter((line) => keyOf(line) > from && line.startsWith(prefix)),
        );
      }),
      { numRuns: 40 },
    );
  });
});
